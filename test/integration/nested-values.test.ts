import { open, type PersistenceError, type PersistenceService, type Rejection } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

async function createTable(type: string) {
  const name = `t${++tables}`
  const table = await db.table(name, { columns: { id: 'INTEGER NOT NULL', v: type } })
  const read = async () => {
    const rows = await db.query<{ v: unknown }>(`SELECT v FROM ${name} ORDER BY id`)
    return rows.map(({ v }) => v)
  }
  return { name, table, read }
}

/** What is read of a value that was written. */
async function roundTrip(type: string, value: unknown): Promise<unknown> {
  const { table, read } = await createTable(type)
  await table.persist([{ id: 1, v: value }])
  const [only] = await read()
  return only
}

async function rejectionOf(type: string, value: unknown): Promise<Rejection | undefined> {
  const { table } = await createTable(type)
  try {
    await table.persist([{ id: 1, v: value }])
  } catch (error) {
    return (error as PersistenceError).rejection
  }
  throw new Error('It was written')
}

describe('what a nested column takes', () => {
  it.each<[string, unknown, unknown]>([
    ['INTEGER[]', [], []],
    ['INTEGER[]', [1, null, 3n], [1, null, 3]],
    ['VARCHAR[][]', [[], null, ['a', null]], [[], null, ['a', null]]],
    ['DOUBLE[2]', [0.5, null], [0.5, null]],
    ['STRUCT(a INTEGER, b VARCHAR)', {}, { a: null, b: null }],
    ['STRUCT(a INTEGER, b VARCHAR)', { b: 'x', a: undefined }, { a: null, b: 'x' }],
    ['STRUCT(a INTEGER, b VARCHAR)', { b: 'x', a: 1 }, { a: 1, b: 'x' }],
    ['STRUCT(a INTEGER, b VARCHAR)', Object.assign(Object.create(null), { a: 1 }), { a: 1, b: null }],
    ['MAP(VARCHAR, INTEGER)', { a: 1, b: null, c: undefined }, [entry('a', 1), entry('b', null)]],
    ['MAP(VARCHAR, INTEGER)', new Map([['a', 1]]), [entry('a', 1)]],
    ['MAP(VARCHAR, INTEGER)', [['a', 1]], [entry('a', 1)]],
    ['MAP(VARCHAR, INTEGER)', [entry('a', 1)], [entry('a', 1)]],
    ['MAP(VARCHAR, INTEGER)', {}, []],
    ['MAP(INTEGER, VARCHAR)', { 1: 'x', '-2': 'y' }, [entry(1, 'x'), entry(-2, 'y')]],
    ['MAP(INTEGER[], VARCHAR)', new Map([[[1, 2], 'x']]), [entry([1, 2], 'x')]],
    ['UNION(n INTEGER, s VARCHAR)', { n: 1 }, { n: 1 }],
    ['UNION(n INTEGER, s VARCHAR)', { n: undefined, s: null }, { s: null }],
    ['STRUCT(a DECIMAL(4,1)[], b UUID)[]', [{ a: ['1.5'] }], [{ a: ['1.5'], b: null }]],
    ['JSON[]', [{ a: [1] }, 'x', 1], [{ a: [1] }, 'x', 1]],
  ])('%s %o', async (type, given, expected) => {
    expect(await roundTrip(type, given)).toEqual(expected)
  })

  it('an instance of a class with getters', async () => {
    class Point {
      readonly #x: number
      constructor(x: number) {
        this.#x = x
      }
      get x() {
        return this.#x
      }
      y() {
        return 2
      }
    }
    expect(await roundTrip('STRUCT(x INTEGER, y INTEGER)', new Point(1))).toEqual({ x: 1, y: null })
  })

  it('fields with the names of what every object has', async () => {
    const type = 'STRUCT("__proto__" INTEGER, "constructor" INTEGER, "toString" INTEGER)'
    const given = JSON.parse('{ "__proto__": 1, "toString": 3 }')
    const read = await roundTrip(type, given)
    const expected = JSON.parse('{ "__proto__": 1, "constructor": null, "toString": 3 }')
    expect(Object.entries(Object(read))).toEqual(Object.entries(expected))
  })

  it('NULL at every level, of which SQL finds none of the values inside', async () => {
    const { name, table } = await createTable('STRUCT(a STRUCT(b VARCHAR, c INTEGER[2]), u UNION(n INTEGER))')
    await table.persist([
      { id: 1, v: null },
      { id: 2, v: { a: null, u: null } },
      { id: 3, v: { a: { b: 'a string that is in the heap', c: [1, 2] }, u: { n: 1 } } },
    ])
    const rows = await db.query(
      `SELECT v IS NULL AS v, v.a IS NULL AS a, v.a.b IS NULL AS b, v.a.c IS NULL AS c, v.a.c[1] IS NULL AS c1,
       v.u IS NULL AS u, v.u.n IS NULL AS n FROM ${name} ORDER BY id`,
    )
    const all = (is: boolean) => ({ a: is, b: is, c: is, c1: is, u: is, n: is })
    expect(rows).toEqual([
      { v: true, ...all(true) },
      { v: false, ...all(true) },
      { v: false, ...all(false) },
    ])
  })
})

describe('typed arrays', () => {
  const arrays = [
    Int8Array.of(-128, 127),
    Uint8Array.of(0, 255),
    Uint8ClampedArray.of(0, 255),
    Int16Array.of(-32_768, 32_767),
    Uint16Array.of(0, 65_535),
    Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    Uint32Array.of(0, 2 ** 32 - 1),
    Float32Array.of(0.1, -1.5),
    Float64Array.of(0.1, 1e300),
    BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    BigUint64Array.of(0n, 2n ** 64n - 1n),
  ] as const
  const types = ['TINYINT', 'UTINYINT', 'SMALLINT', 'USMALLINT', 'INTEGER', 'UINTEGER', 'BIGINT', 'UBIGINT']
  const all = [...types, 'HUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL(20,1)', 'VARCHAR']

  it.each(all)('are for %s what arrays of the same numbers are', async (type) => {
    const outcome = async (values: readonly unknown[], as: string) => {
      const { table, read } = await createTable(as)
      const rows = values.map((v, id) => ({ id, v }))
      const receipt = await table.persist(rows, { onRowError: 'skip' })
      const rejections = receipt.rejections.map(({ row: _row, ...rejection }) => rejection)
      return { rejections, read: await read() }
    }
    const plain = arrays.map((array) => [...array])
    for (const as of [`${type}[]`, `${type}[2]`]) {
      expect(await outcome(arrays, as)).toEqual(await outcome(plain, as))
    }
  })

  it('may lie anywhere in their buffer, be of a subclass, and lie about their length', async () => {
    class Liar extends Float32Array {
      override get length() {
        return 1e9
      }
    }
    const embedding = new Liar(new Float32Array([9, 1, 2, 3, 9]).buffer, 4, 3)
    expect(await roundTrip('FLOAT[3]', embedding)).toEqual([1, 2, 3])
    expect(await roundTrip('FLOAT[]', embedding)).toEqual([1, 2, 3])
  })

  it('are refused where their buffer is gone', async () => {
    const gone = Float32Array.of(1, 2)
    structuredClone(gone, { transfer: [gone.buffer] })
    expect(await rejectionOf('FLOAT[]', gone)).toMatchObject({ code: 'type', column: 'v' })
    expect(await rejectionOf('FLOAT[2]', gone)).toMatchObject({ code: 'type', column: 'v' })
  })
})

describe('what a nested column refuses', () => {
  const proxied = new Proxy([1], {
    get() {
      throw new Error('not today')
    },
  })
  // biome-ignore lint/suspicious/noSparseArray: what it is about.
  const withHole = ['a', , 'b']

  it.each<[string, unknown, Partial<Rejection>]>([
    ['INTEGER[]', 1, { code: 'type', column: 'v' }],
    ['INTEGER[]', '[1]', { code: 'type', column: 'v' }],
    ['INTEGER[]', { 0: 1, length: 1 }, { code: 'type', column: 'v' }],
    ['INTEGER[]', new Set([1]), { code: 'type', column: 'v' }],
    ['INTEGER[]', new DataView(new ArrayBuffer(4)), { code: 'type', column: 'v' }],
    ['INTEGER[]', [1, 1.5], { code: 'range', column: 'v[1]', path: 'v[1]' }],
    ['INTEGER[]', [1, undefined], { code: 'type', column: 'v[1]' }],
    ['VARCHAR[]', withHole, { code: 'type', column: 'v[1]' }],
    ['INTEGER[]', proxied, { code: 'serialize' }],
    ['INTEGER[3]', [1, 2], { code: 'range', column: 'v' }],
    ['INTEGER[3]', [1, 2, 3, 4], { code: 'range', column: 'v' }],
    ['INTEGER[3]', Int32Array.of(1, 2), { code: 'range', column: 'v' }],
    ['STRUCT(a INTEGER)', [1], { code: 'type', column: 'v' }],
    ['STRUCT(a INTEGER)', new Map([['a', 1]]), { code: 'type', column: 'v' }],
    ['STRUCT(a INTEGER)', new Date(), { code: 'type', column: 'v' }],
    ['STRUCT(a INTEGER)', Promise.resolve(), { code: 'type', column: 'v' }],
    ['STRUCT(a INTEGER)', { a: 1, b: 2 }, { code: 'unknown-column', column: 'v.b' }],
    ['STRUCT(a INTEGER)', { A: 1 }, { code: 'unknown-column', column: 'v.A' }],
    ['STRUCT("a b" INTEGER)', { 'a b': 'x' }, { code: 'type', column: 'v["a b"]' }],
    ['STRUCT(a STRUCT(b INTEGER)[])', { a: [{}, { b: 'x' }] }, { code: 'type', column: 'v.a[1].b' }],
    ['STRUCT(a JSON)', { a: { b: [1n] } }, { code: 'serialize', column: 'v.a', path: 'v.a.b[0]' }],
    ['MAP(VARCHAR, INTEGER)', 1, { code: 'type', column: 'v' }],
    ['MAP(VARCHAR, INTEGER)', [['a']], { code: 'type', column: 'v' }],
    ['MAP(VARCHAR, INTEGER)', new Date(), { code: 'type', column: 'v' }],
    ['MAP(VARCHAR, INTEGER)', { a: 'x' }, { code: 'type', column: 'v.a' }],
    ['MAP(VARCHAR, INTEGER)', new Map([[null, 1]]), { code: 'not-null', column: 'v[0]' }],
    ['MAP(VARCHAR, INTEGER)', new Map([[1, 1]]), { code: 'type', column: 'v[0]' }],
    ['MAP(INTEGER, VARCHAR)', { one: 'x' }, { code: 'type', column: 'v.one' }],
    ['UNION(n INTEGER, s VARCHAR)', 1, { code: 'type', column: 'v' }],
    ['UNION(n INTEGER, s VARCHAR)', {}, { code: 'type', column: 'v' }],
    ['UNION(n INTEGER, s VARCHAR)', { n: 1, s: 'x' }, { code: 'type', column: 'v' }],
    ['UNION(n INTEGER, s VARCHAR)', { q: 1 }, { code: 'unknown-column', column: 'v.q' }],
    ['UNION(n INTEGER, s VARCHAR)', { n: 'x' }, { code: 'type', column: 'v.n' }],
    ['TIMETZ', '12:00:00+16:00', { code: 'range', column: 'v' }],
    ['TIME_NS', '12:00:00.1234567891', { code: 'range', column: 'v' }],
    ['BIGNUM', 1.5, { code: 'range', column: 'v' }],
  ])('%s, case %#', async (type, value, expected) => {
    expect(await rejectionOf(type, value)).toMatchObject(expected)
  })

  it.each<[string, readonly (readonly [unknown, unknown])[]]>([
    [
      'MAP(VARCHAR, INTEGER)',
      [
        ['a', 1],
        ['a', 2],
      ],
    ],
    [
      'MAP(VARCHAR, INTEGER)',
      [
        ['a string that is in the heap', 1],
        ['a string that is in the heap', 2],
      ],
    ],
    [
      'MAP(BIGINT, INTEGER)',
      [
        [1, 1],
        [1n, 2],
      ],
    ],
    [
      'MAP(DOUBLE, INTEGER)',
      [
        [0, 1],
        [-0, 2],
      ],
    ],
    [
      'MAP(DOUBLE, INTEGER)',
      [
        [Number.NaN, 1],
        [Number.NaN, 2],
      ],
    ],
    [
      'MAP(TIMESTAMP, INTEGER)',
      [
        [new Date(0), 1],
        ['1970-01-01', 2],
      ],
    ],
    [
      'MAP(INTERVAL, INTEGER)',
      [
        [{ months: 1 }, 1],
        [{ days: 30 }, 2],
      ],
    ],
    [
      'MAP(BLOB, INTEGER)',
      [
        [new Uint8Array(20), 1],
        [Buffer.alloc(20), 2],
      ],
    ],
    [
      'MAP(VARCHAR[], INTEGER)',
      [
        [['a', null], 1],
        [['a', null], 2],
      ],
    ],
    [
      'MAP(STRUCT(a INTEGER, b VARCHAR[2]), INTEGER)',
      [
        [{ a: 1, b: ['x', 'y'] }, 1],
        [{ b: ['x', 'y'], a: 1n }, 2],
      ],
    ],
  ])('%s with a key twice: %o', async (type, entries) => {
    expect(await rejectionOf(type, entries)).toMatchObject({ code: 'range', column: 'v[1]' })
  })

  it.each<[string, readonly (readonly [unknown, unknown])[]]>([
    [
      'MAP(VARCHAR[], INTEGER)',
      [
        [['a', 'b'], 1],
        [['ab'], 2],
        [['a'], 3],
        [[], 4],
        [[null], 5],
      ],
    ],
    [
      'MAP(STRUCT(a VARCHAR, b VARCHAR), INTEGER)',
      [
        [{ a: 'x' }, 1],
        [{ b: 'x' }, 2],
        [{ a: 'x', b: '' }, 3],
      ],
    ],
  ])('and not %s with keys that are almost the same', async (type, entries) => {
    expect(await roundTrip(type, entries)).toHaveLength(entries.length)
  })

  it('an array of nothing but holes, however many, and at once', async () => {
    const holes = new Array(2 ** 32 - 1)
    expect(await rejectionOf('INTEGER[]', holes)).toMatchObject({ code: 'type', column: 'v[0]' })
  })
})

describe('many rows', () => {
  const type = 'STRUCT(tags VARCHAR[], points STRUCT(x DOUBLE, y INTEGER[2])[], m MAP(VARCHAR, INTEGER[]))'
  const nestedValue = (id: number) =>
    id % 13 === 0
      ? null
      : {
          tags:
            id % 7 === 0
              ? null
              : Array.from({ length: id % 5 }, (_, tag) => (tag === 3 ? null : `tag ${tag} of row ${id}`)),
          points: Array.from({ length: id % 4 }, (_, point) =>
            point === 2 ? null : { x: id / 2, y: id % 3 === 0 ? null : [id, null] },
          ),
          m: [entry(`key ${id}`, id % 2 === 0 ? null : [id, null, -id])],
        }

  it('are all there, each with its own', async () => {
    const { table, read } = await createTable(type)
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, v: nestedValue(id) }))
    await table.persist(rows)
    expect(await read()).toEqual(rows.map(({ v }) => v))
  })

  it('are there without those that are rejected in the middle of a value', async () => {
    const { table, read } = await createTable(type)
    const isBad = (id: number) => id % 3 === 1
    const rows = Array.from({ length: 9000 }, (_, id) => {
      const v = nestedValue(id)
      return { id, v: isBad(id) ? { ...v, m: [entry('x', [1, null]), entry('y', [null, 'bad'])] } : v }
    })
    const receipt = await table.persist(rows, { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 6000, rejected: 3000 })
    expect(receipt.rejections[0]).toMatchObject({ index: 1, column: 'v.m.y[1]' })
    expect(await read()).toEqual(rows.filter(({ id }) => !isBad(id)).map(({ v }) => v))
  })

  it('of many callers share their commits, and none has part of another', async () => {
    const { table, read } = await createTable(type)
    const ids = Array.from({ length: 1500 }, (_, id) => id)
    const calls = ids.map((id) => {
      const row = { id, v: id % 5 === 4 ? { tags: ['a', null, 1] } : nestedValue(id) }
      return table.persist([row]).then(
        () => id,
        () => undefined,
      )
    })
    const written = (await Promise.all(calls)).filter((id) => id !== undefined)
    expect(written).toEqual(ids.filter((id) => id % 5 !== 4))
    expect(await read()).toEqual(written.map(nestedValue))
  })

  it('with a key update values of every level', async () => {
    const name = `t${++tables}`
    const table = await db.table(name, { columns: { id: 'INTEGER', v: type, n: 'INTEGER[]' }, key: ['id'] })
    await table.persist([1, 2, 3].map((id) => ({ id, v: nestedValue(id), n: [id] })))
    await table.persist(
      [
        { id: 2, v: nestedValue(99) },
        { id: 4, n: null },
      ],
      { onConflict: 'update' },
    )
    expect(await db.query(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      { id: 1, v: nestedValue(1), n: [1] },
      { id: 2, v: nestedValue(99), n: [2] },
      { id: 3, v: nestedValue(3), n: [3] },
      { id: 4, v: null, n: null },
    ])
  })
})

describe('large values', () => {
  it('a list of more items than a batch is laid out for', async () => {
    const items = Array.from({ length: 300_000 }, (_, index) => (index % 1000 === 7 ? null : index))
    const { name, table } = await createTable('INTEGER[]')
    await table.persist([
      { id: 1, v: [1] },
      { id: 2, v: items },
      { id: 3, v: null },
      { id: 4, v: items },
    ])
    const [row] = await db.query(
      `SELECT sum(len(v)) AS items, sum(list_sum(v)) AS sum, sum(list_count(v)) AS valid FROM ${name}`,
    )
    const sum = BigInt(items.reduce<number>((total, item) => total + (item ?? 0), 0))
    expect(row).toEqual({ items: 600_001n, sum: 2n * sum + 1n, valid: 600_001n - 600n })
  })

  it('a list of more text than a batch has room for', async () => {
    const { name, table } = await createTable('VARCHAR[]')
    const texts = Array.from({ length: 20_000 }, (_, index) => `${index} ${'ü'.repeat(index % 300)}`)
    await table.persist([
      { id: 1, v: ['a'] },
      { id: 2, v: texts },
      { id: 3, v: ['b'] },
    ])
    const rows = await db.query<{ v: string[] }>(`SELECT v FROM ${name} ORDER BY id`)
    expect(rows.map(({ v }) => v)).toEqual([['a'], texts, ['b']])
  })

  it('an ARRAY of which a batch holds one row', async () => {
    const embedding = (id: number) => Float64Array.from({ length: 99_999 }, (_, index) => id + index)
    const { name, table } = await createTable('DOUBLE[99999]')
    await table.persist([1, 2, 3].map((id) => ({ id, v: embedding(id) })))
    const rows = await db.query(`SELECT v[1] AS first, v[99999] AS last FROM ${name} ORDER BY id`)
    expect(rows).toEqual([1, 2, 3].map((id) => ({ first: id, last: id + 99_998 })))
  })
})

describe('a column of a type that cannot be written', () => {
  it('is left to rows of others, and has its DEFAULT', async () => {
    const name = `t${++tables}`
    await db.run(`CREATE TABLE ${name} (id INTEGER, v VARIANT, w VARIANT[] DEFAULT [1::VARIANT])`)
    const table = await db.table(name)
    await Promise.all([table.persist([{ id: 1 }]), table.persist([{ id: 2 }])])
    await table.persist(Array.from({ length: 5000 }, (_, index) => ({ id: 3 + index })))
    const [row] = await db.query(
      `SELECT count(*) AS n, count(v) AS v, count(*) FILTER (len(w) = 1) AS w FROM ${name}`,
    )
    expect(row).toEqual({ n: 5002n, v: 0n, w: 5002n })
    const rejected = table.persist([{ id: 1, v: 1 }])
    await expect(rejected).rejects.toMatchObject({ rejection: { code: 'type', column: 'v' } })
  })

  it('is a mismatch where rows would need it, or the definition lacks it', async () => {
    const name = `t${++tables}`
    await db.run(
      `CREATE TABLE ${name} (id INTEGER, v VARIANT NOT NULL); CREATE TABLE ${name}b (id INTEGER, v VARIANT)`,
    )
    await expect(db.table(name)).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    const defined = db.table(`${name}b`, { columns: { id: 'INTEGER' } })
    await expect(defined).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await db.run(`CREATE TABLE ${name}d (v TINYINT[100000] NOT NULL)`)
    await expect(db.table(`${name}d`)).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await db.run(`CREATE TABLE ${name}c (v VARIANT)`)
    await expect(db.table(`${name}c`)).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
  })
})

it('a table that SQL has made takes nested values, and its own types by their names', async () => {
  const name = `t${++tables}`
  await db.run(
    `CREATE TYPE mood${tables} AS ENUM ('sad', 'ok'); CREATE TYPE point${tables} AS STRUCT(x INTEGER)`,
  )
  await db.run(`CREATE TABLE ${name} (id INTEGER, m mood${tables}[], p point${tables}, j JSON[])`)
  const table = await db.table(name)
  await table.persist([{ id: 1, m: ['ok', null], p: { x: 1 }, j: [{ a: 1 }] }])
  expect(await db.query(`SELECT * FROM ${name}`)).toEqual([
    { id: 1, m: ['ok', null], p: { x: 1 }, j: [{ a: 1 }] },
  ])
})

it('with parse, texts are read inside of values too', async () => {
  const name = `t${++tables}`
  const table = await db.table(name, {
    columns: { v: 'STRUCT(n INTEGER[], at DATE)', m: 'MAP(DATE, DOUBLE)' },
  })
  await table.persist([{ v: { n: ['1', ' 2 ', 3], at: '2024/5/31' }, m: { '2024-1-1': '1e3' } }], {
    parse: true,
  })
  expect(await db.query(`SELECT v::VARCHAR AS v, m::VARCHAR AS m FROM ${name}`)).toEqual([
    { v: "{'n': [1, 2, 3], 'at': 2024-05-31}", m: '{2024-01-01=1000.0}' },
  ])
  const bad = table.persist([{ v: { n: ['1.5'] } }], { parse: true })
  await expect(bad).rejects.toMatchObject({ rejection: { code: 'range', column: 'v.n[0]' } })
})

function entry<Key, Value>(key: Key, value: Value) {
  return { key, value }
}
