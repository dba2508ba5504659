import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** An instance of it has nothing that JSON sees. */
class Secret {
  readonly #value = 1

  get value(): number {
    return this.#value
  }
}

class Point {
  readonly x = 1
  readonly #y = 2

  get y(): number {
    return this.#y
  }

  norm(): number {
    return this.x + this.#y
  }
}

const none: unknown = undefined

/** Values that JSON would replace, or leave out: where in the value, and what is said. */
const refused: readonly (readonly [name: string, value: unknown, place: string, said: string])[] = [
  ['a Map', new Map([['a', 1]]), '', 'Map'],
  ['a Set', { tags: new Set(['a']) }, '.tags', 'Set'],
  ['an Error', { error: new TypeError('e') }, '.error', 'TypeError'],
  ['an Error with properties', { error: Object.assign(new Error('e'), { code: 'E' }) }, '.error', 'Error'],
  ['a RegExp', [1, /a/], '[1]', 'RegExp'],
  ['an ArrayBuffer', { bytes: new ArrayBuffer(2) }, '.bytes', 'ArrayBuffer'],
  ['a SharedArrayBuffer', [new SharedArrayBuffer(2)], '[0]', 'SharedArrayBuffer'],
  ['a typed array', { a: { b: new Float64Array([1]) } }, '.a.b', 'Float64Array'],
  ['bytes', new Uint8Array([1]), '', 'Uint8Array'],
  ['no bytes', [new Uint8Array()], '[0]', 'Uint8Array'],
  ['a DataView', [new DataView(new ArrayBuffer(1))], '[0]', 'DataView'],
  ['Headers', { headers: new Headers({ a: 'b' }) }, '.headers', 'Headers'],
  ['FormData', { form: new FormData() }, '.form', 'FormData'],
  ['URLSearchParams', [new URLSearchParams('a=1')], '[0]', 'URLSearchParams'],
  ['a Blob', [new Blob(['a'])], '[0]', 'Blob'],
  ['a Promise', { later: Promise.resolve(1) }, '.later', 'Promise'],
  ['a WeakMap', [new WeakMap()], '[0]', 'WeakMap'],
  ['a WeakRef', [new WeakRef({})], '[0]', 'WeakRef'],
  ['an iterator', { rows: new Map().values() }, '.rows', ''],
  ['a generator', { rows: (function* () {})() }, '.rows', ''],
  ['a format of numbers', [new Intl.NumberFormat('en')], '[0]', 'NumberFormat'],
  ['an instance with private fields only', { secret: new Secret() }, '.secret', 'Secret'],
  ['a boxed number', { n: Object(1) }, '.n', 'Number'],
  ['NaN', { price: Number.NaN }, '.price', 'NaN'],
  ['Infinity', { items: [{ price: 1 }, { price: Number.POSITIVE_INFINITY }] }, '.items[1].price', 'Infinity'],
  ['an invalid Date', { at: [new Date(Number.NaN)] }, '.at[0]', 'Date'],
  ['undefined in an array', [1, none], '[1]', 'undefined'],
  ['a hole in an array', { list: Object.assign(new Array(3), { 0: 1, 2: 3 }) }, '.list[1]', 'undefined'],
  ['a function', { a: () => 1 }, '.a', 'function'],
  ['a class', { a: { Point } }, '.a.Point', 'function'],
  ['a symbol', { 'odd name': Symbol('s') }, '["odd name"]', 'symbol'],
  ['a bigint', { n: [1n] }, '.n[0]', '1n (bigint)'],
  ['a bigint of a million digits', { n: 10n ** 1_000_000n }, '.n', 'bits (bigint)'],
  ['a lone surrogate', { text: 'a\ud83d' }, '.text', 'surrogate'],
  ['a lone surrogate deep inside', { a: [{ b: '\\\ude00' }] }, '.a[0].b', 'surrogate'],
  ['a name with a lone surrogate', { a: { '\ud83d': 1 } }, '.a', 'surrogate'],
  ['an object that contains itself', circular(), '.self', 'itself'],
  ['a toJSON() that returns NaN', { a: { toJSON: () => Number.NaN } }, '.a', 'NaN'],
  ['a toJSON() that returns nothing', { a: [{ toJSON: () => undefined }] }, '.a[0]', 'undefined'],
  ['a toJSON() that returns a Map', { a: { toJSON: () => ({ m: new Map() }) } }, '.a.m', 'Map'],
  ['a Map of another class', { a: new (class Headers2 extends Map {})() }, '.a', 'Headers2'],
]

/** Values of which JSON holds everything, and what is read back. */
const taken: readonly (readonly [name: string, value: object, read?: unknown])[] = [
  ['a plain object', { a: [1, 'two', null, true, { b: [] }] }],
  ['undefined as a property', { a: none, b: 1 }, { b: 1 }],
  ['Dates', { at: [new Date(0)] }, { at: ['1970-01-01T00:00:00.000Z'] }],
  ['an instance with properties of its own', { p: new Point() }, { p: { x: 1 } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['an object called like its constructor', { constructor: 'Map', toString: 'x' }],
  ['a Buffer', { b: Buffer.from([1]) }, { b: { type: 'Buffer', data: [1] } }],
  ['a URL', { u: new URL('https://example.org/') }, { u: 'https://example.org/' }],
  [
    'a toJSON() that returns itself',
    new (class Self {
      a = 1
      toJSON() {
        return this
      }
    })(),
    { a: 1 },
  ],
  ['a toJSON() that returns null inside', { a: { toJSON: () => null } }, { a: null }],
  ['a whole pair of surrogates', { text: '😀 \ud83d\ude00' }],
  ['text that reads like an escaped surrogate', { text: '\\ud83d', path: 'C:\\udder' }],
  ['a subclass of Array', { list: class List extends Array<number> {}.from([1, 2, 3]) }, { list: [1, 2, 3] }],
  ['text that reads like a separator', ['~', '~', { '~': ',"~",' }]],
]

function circular(): object {
  const value: Record<string, unknown> = {}
  value.self = value
  return value
}

async function* eachOf<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

describe('a JSON column', () => {
  let db: PersistenceService

  beforeAll(async () => {
    db = await open(':memory:')
  })
  afterAll(() => db.close())

  it.each(refused)('rejects %s, and says where it is', async (_, value, place, said) => {
    const table = await db.table('refused', { columns: { payload: 'JSON' } })
    const error = await table.persist([{ payload: value }]).catch((reason) => reason)
    expect(error).toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { index: 0, code: 'serialize', column: 'payload' },
    })
    const { path, message } = error.rejection
    expect(path).toBe(place === '' ? undefined : `payload${place}`)
    if (place !== '') expect(message).toContain(`at \`payload${place}\``)
    expect(message).toContain(said)
  })

  it.each(taken)('takes %s', async (_, value, read = value) => {
    const table = await db.table('taken', { columns: { payload: 'JSON' } })
    await db.run('DELETE FROM taken')
    await table.persist([{ payload: value }])
    expect(await db.query('SELECT payload FROM taken')).toEqual([{ payload: read }])
  })

  it.each(['array', 'async'])('finds each of them among good rows of an %s', async (kind) => {
    const table = await db.table('mixed', { columns: { id: 'INTEGER', payload: 'JSON' } })
    await db.run('DELETE FROM mixed')
    const good = (id: number) => ({ id, payload: { id, text: `row ${id}` } })
    const rows: { id: number; payload: unknown }[] = Array.from({ length: 3000 }, (_, id) => good(id))
    // Between others, at a group's end, and side by side.
    const positions = refused.map((_, index) => 200 + index * 47 + (index % 3))
    for (const [index, [, payload]] of refused.entries()) {
      const id = positions[index] ?? 0
      rows[id] = { id, payload }
    }
    const receipt = await table.persist(kind === 'array' ? rows : eachOf(rows), { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual(
      positions.map((position) => [position, 'serialize']),
    )
    const bad = new Set(positions)
    const expected = rows.filter(({ id }) => !bad.has(id))
    expect(await db.query('SELECT * FROM mixed ORDER BY id')).toEqual(expected)
  })

  it('keeps each of the good values among others', async () => {
    const table = await db.table('many', { columns: { id: 'INTEGER', payload: 'JSON' } })
    const values = Array.from({ length: 50 }, () => taken).flat()
    await table.persist(values.map(([, payload], id) => ({ id, payload })))
    const read = await db.query('SELECT payload FROM many ORDER BY id')
    expect(read.map(({ payload }) => payload)).toEqual(values.map(([, value, other = value]) => other))
  })

  it('can be read by every operator after it was written to', async () => {
    const texts = await db.query("SELECT payload ->> '$.text' AS text FROM many WHERE json_valid(payload)")
    expect(texts.length).toBe(50 * taken.length)
  })
})

describe('a store', () => {
  let store: DuckDBStorageAdapter<unknown>

  beforeAll(() => {
    store = new DuckDBStorageAdapter<unknown>({ database: ':memory:', tableName: 'store' })
  })
  afterAll(() => store.close())

  // What bytes are, a store knows.
  const refusedHere = refused.filter(([, value]) => !(value instanceof Uint8Array))

  it.each(refusedHere)('refuses %s by the same rule', async (_, value, place, said) => {
    const error = await store.set('k', value).catch((reason) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(place === '' ? said : `at \`value${place}\``)
    expect(await store.get('k')).toBeUndefined()
  })

  it.each(taken)('takes %s', async (_, value, read = value) => {
    await store.set('k', value)
    await store.persist()
    expect(JSON.parse(JSON.stringify(await store.get('k')))).toEqual(read)
    await store.delete('k')
  })

  it('does not save what a value has become since it was set', async () => {
    const value: Record<string, unknown> = { a: 1 }
    await store.set('changing', value)
    value.a = Number.NaN
    const outcome = await store.persist().catch((error) => error)
    expect(outcome).toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { code: 'serialize', path: 'value.a', key: { key: 'changing' } },
    })
    value.a = 1
    await store.persist()
  })
})
