import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

describe("query() with rowMode: 'array'", () => {
  it('resolves to rows as arrays, in the order of the columns', async () => {
    const sql = 'SELECT i AS a, i::VARCHAR AS a, NULL AS c FROM range(3) r(i) ORDER BY i'
    expect(await db.query(sql, [], { rowMode: 'array', bigints: 'number' })).toEqual([
      [0, '0', null],
      [1, '1', null],
      [2, '2', null],
    ])
  })

  it('is the same of stream(), and of a statement that writes', async () => {
    await db.run('CREATE TABLE t (i INTEGER)')
    const insert = 'INSERT INTO t VALUES (1), (2) RETURNING i, -i'
    expect(await db.query(insert, [], { rowMode: 'array' })).toEqual([
      [1, -1],
      [2, -2],
    ])
    const rows: unknown[] = []
    for await (const row of db.stream(insert, [], { rowMode: 'array' })) rows.push(row)
    expect(rows).toEqual([
      [1, -1],
      [2, -2],
    ])
  })
})

describe('query() with columns: true', () => {
  it('resolves to typed arrays of numbers, and to arrays of everything else', async () => {
    const columns = await db.query(
      `SELECT i, i::DOUBLE / 4 AS d, (i % 100)::UTINYINT AS u, nullif(i, 7000)::INTEGER AS n, 'text ' || i AS s,
        [i::INTEGER] AS list, i::BIGNUM AS big
      FROM range(10_000) r(i) ORDER BY i`,
      [],
      { columns: true },
    )
    const numbers = Array.from({ length: 10_000 }, (_, index) => index)
    expect(Object.keys(columns)).toEqual(['i', 'd', 'u', 'n', 's', 'list', 'big'])
    expect(columns).toEqual({
      i: BigInt64Array.from(numbers, BigInt),
      d: Float64Array.from(numbers, (i) => i / 4),
      u: Uint8Array.from(numbers, (i) => i % 100),
      n: numbers.map((i) => (i === 7000 ? null : i)),
      s: numbers.map((i) => `text ${i}`),
      list: numbers.map((i) => [i]),
      big: numbers.map(BigInt),
    })
  })

  it('follows the options, and has every column where there is no row', async () => {
    const sql = 'SELECT 1::BIGINT AS n, 2 AS i WHERE $some'
    const options = { columns: true, bigints: 'string' } as const
    expect(await db.query(sql, { some: true }, options)).toEqual({ n: ['1'], i: Int32Array.of(2) })
    expect(await db.query(sql, { some: false }, options)).toEqual({ n: [], i: new Int32Array() })
  })

  it('keeps a column called __proto__', async () => {
    const columns = await db.query('SELECT 1 AS "__proto__"', [], { columns: true })
    expect(Object.entries(columns)).toEqual([['__proto__', Int32Array.of(1)]])
  })

  const numberTypes = {
    TINYINT: Int8Array,
    SMALLINT: Int16Array,
    INTEGER: Int32Array,
    BIGINT: BigInt64Array,
    UTINYINT: Uint8Array,
    USMALLINT: Uint16Array,
    UINTEGER: Uint32Array,
    UBIGINT: BigUint64Array,
    FLOAT: Float32Array,
    DOUBLE: Float64Array,
  }

  it.each(Object.entries(numberTypes))(
    'reads %s in order, however its chunks are cut',
    async (type, array) => {
      // The filters leave chunks of odd lengths; there are several batches.
      const sql = `SELECT (i % 120)::${type} AS n, (i % 7)::VARCHAR AS t, nullif(i % 120, 119)::${type} AS m
      FROM range(100_000) r(i) WHERE i % 3 <> 1 AND i % 1021 <> 5 ORDER BY i`
      const { n, t, m } = await db.query(sql, [], { columns: true })
      const kept = Array.from({ length: 100_000 }, (_, i) => i).filter((i) => i % 3 !== 1 && i % 1021 !== 5)
      const isBigint = type.endsWith('BIGINT')
      const numbers = kept.map((i) => (isBigint ? BigInt(i % 120) : i % 120))
      expect(n).toBeInstanceOf(array)
      expect(Array.from(n as Iterable<unknown>)).toEqual(numbers)
      expect(t).toEqual(kept.map((i) => String(i % 7)))
      expect(m).toEqual(numbers.map((value) => (Number(value) === 119 ? null : value)))
    },
  )

  it.each([0, 1, 8, 2047, 2048, 70_000])(
    'of %i rows, the last of which is NULL or none of them',
    async (rows) => {
      const sql = `SELECT i AS n, nullif(i, $last) AS m, nullif(i, -1) AS none FROM range($rows) r(i) ORDER BY i`
      const columns = await db.query(sql, { rows, last: rows - 1 }, { columns: true })
      const numbers = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i))
      const withNull = Array.from(numbers, (value, i) => (i === rows - 1 ? null : value))
      expect(columns).toEqual({ n: numbers, m: rows === 0 ? new BigInt64Array() : withNull, none: numbers })
    },
  )

  it('of a statement that writes', async () => {
    await db.run('CREATE TABLE written (i INTEGER, d DOUBLE)')
    const insert = 'INSERT INTO written SELECT i, i / 4 FROM range(5000) r(i) RETURNING *'
    const { i, d } = await db.query(insert, [], { columns: true })
    expect(i).toEqual(Int32Array.from({ length: 5000 }, (_, index) => index))
    expect(d).toEqual(Float64Array.from({ length: 5000 }, (_, index) => index / 4))
  })

  it('has columns of their own memory, to be transferred', async () => {
    const { i } = await db.query('SELECT i FROM range(1000) r(i)', [], { columns: true })
    expect(i).toBeInstanceOf(BigInt64Array)
    expect((i as BigInt64Array).buffer.byteLength).toBe(8000)
  })
})

describe('query() of a transaction', () => {
  it('takes the shapes and the limits of query()', async () => {
    const read = await db.transaction(async (tx) => {
      await tx.run('CREATE TABLE made AS SELECT i::INTEGER AS i FROM range(3) r(i)')
      return [
        await tx.query('SELECT i FROM made ORDER BY i', [], { rowMode: 'array' }),
        await tx.query('SELECT i FROM made ORDER BY i', [], { columns: true }),
      ]
    })
    expect(read).toEqual([[[0], [1], [2]], { i: Int32Array.of(0, 1, 2) }])
    const endless = 'SELECT count(*) FROM range(100_000_000_000)'
    await expect(db.transaction((tx) => tx.query(endless, [], { timeoutMs: 20 }))).rejects.toMatchObject({
      code: 'PERSIST_ABORTED',
    })
  })
})

it.each([
  [{ rowMode: 'row' }, TypeError],
  [{ columns: 1 }, TypeError],
  [{ columns: true, rowMode: 'array' }, TypeError],
])('the option %j is refused', async (options, error) => {
  await expect(db.query('SELECT 1', [], options as never)).rejects.toThrow(error)
  expect(() => db.stream('SELECT 1', [], options as never)).toThrow(error)
})
