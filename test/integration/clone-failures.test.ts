import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
})
afterEach(() => db.run('DROP TABLE IF EXISTS t'))
afterAll(() => db.close())

/** JSON of so many arrays, or objects, within each other. */
function nest(levels: number, open: '[' | '{"a":', innermost = '1'): string {
  return open.repeat(levels) + innermost + (open === '[' ? ']' : '}').repeat(levels)
}

/** An array that has lost its buffer. */
function detached(bytes: number): Uint8Array {
  const array = new Uint8Array(bytes)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

describe('a value that is nested deeply', () => {
  it.each(['[', '{"a":'] as const)(
    'is read as it is up to 1,000 levels of %s, and then as text',
    async (open) => {
      for (const levels of [1, 99, 100, 101, 999, 1000]) {
        const [row] = await db.query('SELECT ?::JSON AS value, ? AS time, ? AS bytes', [
          nest(levels, open),
          new Date(5),
          new Uint8Array([1, 2]),
        ])
        expect(JSON.stringify(row?.value)).toBe(nest(levels, open))
        expect(row?.time).toEqual(new Date(5))
        expect(row?.bytes).toEqual(new Uint8Array([1, 2]))
        // No part of the message that it came with.
        expect(row?.bytes instanceof Uint8Array && row.bytes.buffer.byteLength).toBe(2)
      }
      for (const levels of [1001, 2000, 5000, 200_000]) {
        expect(await db.query('SELECT ?::JSON AS value', [nest(levels, open)])).toEqual([
          { value: nest(levels, open) },
        ])
      }
    },
  )

  it('is read page by page, among others', async () => {
    await db.run(
      'CREATE TABLE t AS SELECT i, repeat(?, i::INTEGER) || 1 || repeat(?, i::INTEGER) AS v FROM range(1200) r(i)',
      ['[', ']'],
    )
    const rows = await db.query<{ i: bigint; v: unknown }>('SELECT i, v::JSON AS v FROM t ORDER BY i')
    expect(rows).toHaveLength(1200)
    for (const { i, v } of rows) {
      const text = nest(Number(i), '[')
      expect(i <= 1000n ? JSON.stringify(v) : v).toBe(text)
    }
  })

  it('is in the rejection of a row that has it', async () => {
    const table = await db.table('t', { columns: { id: 'INTEGER', value: 'JSON' }, key: ['id'] })
    const [deep, deeper] = [nest(900, '[', '[]'), nest(2000, '[')]
    await db.run('INSERT INTO t VALUES (1, ?)', [deeper])
    async function* rows() {
      yield { id: 2, value: JSON.parse(deep) }
      yield { id: 2, value: JSON.parse(deep) }
    }
    const { rejections } = await table.persist(rows(), { onRowError: 'skip' })
    expect(rejections).toHaveLength(1)
    expect(JSON.stringify(rejections[0]?.row)).toBe(`{"id":2,"value":${deep}}`)
    expect(await db.query('SELECT value FROM t WHERE id = 1')).toEqual([{ value: deeper }])
  })

  it('fails its query where it has no text, and nothing else', async () => {
    await expect(db.query('SELECT ?::JSON::VARIANT AS value', [nest(1500, '[')])).rejects.toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
    })
    const [row] = await db.query('SELECT ?::JSON::VARIANT AS value', [nest(900, '[', '[]')])
    expect(JSON.stringify(row?.value)).toBe(nest(900, '[', '[]'))
  })

  it('fails its query where the stack of the worker is too small for it, and nothing else', async () => {
    await using small = await open(':memory:', { resourceLimits: { stackSizeMb: 0.5 } })
    for (const opening of ['[', '{"a":'] as const) {
      for (const levels of [100, 500, 800, 900, 950, 1000, 2000]) {
        const text = nest(levels, opening)
        const outcome = await small.query('SELECT ?::JSON AS value', [text]).then(
          ([row]) => (typeof row?.value === 'string' ? row.value : JSON.stringify(row?.value)),
          (error) => error.code,
        )
        expect([text, 'PERSIST_QUERY_FAILED']).toContain(outcome)
        if (levels <= 500) expect(outcome).toBe(text)
      }
    }
    expect(small.stats().workers).toBe(1)
  })
})

describe('an argument that cannot be sent', () => {
  it.each<[string, unknown[] | object]>([
    ['a Proxy of a Date', [new Proxy(new Date(0), {})]],
    ['a Proxy of bytes', [new Proxy(new Uint8Array(3), {})]],
    ['a function', [() => 1]],
    ['a Promise', [Promise.resolve(1)]],
    ['a boxed string', [new String('x')]],
    ['a transferred array', [detached(3)]],
    ['a transferred array, by name', { a: detached(3) }],
  ])('is a TypeError of its call: %s', async (_, parameters) => {
    const sql = Array.isArray(parameters) ? 'SELECT ?' : 'SELECT $a'
    await expect(db.query(sql, parameters as never)).rejects.toThrow(TypeError)
    await expect(db.run(sql, parameters as never)).rejects.toThrow(TypeError)
    expect(await db.query('SELECT 1 AS a')).toEqual([{ a: 1 }])
    expect(db.stats().workers).toBe(1)
  })

  it('is what its own code throws, or what it pretends to be: a Proxy of an object', async () => {
    const fail = () => {
      throw new Error('no')
    }
    for (const handler of [{ getPrototypeOf: fail }, { ownKeys: fail }, { get: fail }]) {
      await expect(db.query('SELECT $a', { a: new Proxy({ b: 1 }, handler) })).rejects.toThrow('no')
      await expect(db.run('SELECT ?', [[new Proxy({ b: 1 }, handler)]])).rejects.toThrow('no')
    }
    expect(await db.query('SELECT ? AS a', [new Proxy({ b: 1 }, {})])).toEqual([{ a: { b: 1 } }])
    expect(db.stats().workers).toBe(1)
  })

  it('is read once, and then what was checked is what is sent', async () => {
    let reads = 0
    const changing = { get: () => (reads++ === 0 ? 'first' : () => 'later') }
    const proxied = new Proxy(['a', 'b'], {
      get: (target, name, receiver) => (name === '0' ? changing.get() : Reflect.get(target, name, receiver)),
    })
    expect(await db.query('SELECT ? AS a, ? AS b', proxied)).toEqual([{ a: 'first', b: 'b' }])
    expect(reads).toBe(1)
    reads = 0
    const lying = {
      get a() {
        return changing.get() as string
      },
      ['__proto__']: 'own',
    }
    expect(
      await db.query('SELECT $a AS a', {
        get a() {
          return lying.a
        },
      }),
    ).toEqual([{ a: 'first' }])
    expect(reads).toBe(1)
    expect(await db.query('SELECT $__proto__ AS p', JSON.parse('{"__proto__": "own"}'))).toEqual([
      { p: 'own' },
    ])
  })

  it('is copied at the call: what changes later, or lies, is not sent', async () => {
    class Liar extends Date {
      override getTime() {
        return Number.NaN
      }
    }
    const bytes = Buffer.from([1, 2, 3])
    const result = db.query('SELECT ? AS at, ? AS bytes', [new Liar(5), bytes])
    bytes.fill(0)
    expect(await result).toEqual([{ at: new Date(5), bytes: new Uint8Array([1, 2, 3]) }])
  })

  it('is a rejection of its row, for a BLOB', async () => {
    const table = await db.table('t', { columns: { a: 'INTEGER', b: 'BLOB' } })
    const rows = [
      { a: 1, b: detached(3) },
      { a: 2, b: new Uint8Array() },
      { a: 3, b: detached(0) },
      { a: 4, b: new Proxy(new Uint8Array(3), {}) },
    ]
    const { rejections, inserted } = await table.persist(rows, { onRowError: 'skip' })
    expect(inserted).toBe(1)
    expect(rejections.map(({ index, code }) => [index, code])).toEqual([
      [0, 'type'],
      [2, 'type'],
      [3, 'type'],
    ])
    expect(await db.query('SELECT a, b FROM t')).toEqual([{ a: 2, b: new Uint8Array() }])
  })

  it('is a TypeError of its call, for a key of a store or a parameter of its query', async () => {
    await using store = new DuckDBStorageAdapter<unknown>({ database: db, tableName: 'kept' })
    await store.set('a', 1)
    for (const key of [new Proxy({}, {}), detached(1), Object('a')]) {
      await expect(store.set(key as never, 1)).rejects.toThrow(TypeError)
      await expect(store.get(key as never)).rejects.toThrow(TypeError)
    }
    for (const value of [detached(1), Object('a')]) {
      await expect(store.query('SELECT ?', [value as never])).rejects.toThrow(TypeError)
    }
    expect(await store.persist()).toMatchObject({ inserted: 1 })
  })
})
