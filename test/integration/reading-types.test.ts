import { DuckDBStorageAdapter, open, type PersistenceService, type QueryOptions } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

async function read(sql: string, options: QueryOptions = {}, service = db): Promise<unknown[]> {
  const rows = await service.query<{ v: unknown }>(`SELECT unnest([${sql}]) AS v`, undefined, options)
  return rows.map(({ v }) => v)
}

const timeTypes = ['DATE', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMPTZ']
const bigintTypes = ['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'BIGNUM']

describe('timestamps', () => {
  it.each(timeTypes)('of a %s column are all of one type, whatever their values', async (type) => {
    const texts = ['1969-12-31 23:59:59.999999', '2024-02-29 12:00:00', '2024-02-29 12:00:00.123456']
    const values = `NULL, ${texts.map((text) => `'${text}'::TIMESTAMP::${type}`).join(', ')}`
    for (const options of [{}, { timestamps: 'date' } as const, { timestamps: undefined }]) {
      const [none, ...dates] = await read(values, options)
      expect(none).toBeNull()
      expect(dates.every((date) => date instanceof Date)).toBe(true)
    }
    const [, ...strings] = await read(values, { timestamps: 'string' })
    expect(strings.map((text) => typeof text)).toEqual(['string', 'string', 'string'])
    expect(new Set(strings.map((text) => String(text).length)).size).toBe(1)
    const [, ...counts] = await read(values, { timestamps: 'bigint' })
    expect(counts.map((count) => typeof count)).toEqual(['bigint', 'bigint', 'bigint'])
  })

  it('as Dates are cut towards the past, so that their order stays', async () => {
    const values = "'1969-12-31 23:59:59.999999'::TIMESTAMP, '1970-01-01 00:00:00.000999'"
    expect(await read(values)).toEqual([new Date(-1), new Date(0)])
    const nanos = "'1969-12-31 23:59:59.999999999'::TIMESTAMP_NS, '1970-01-01 00:00:00.000999999'"
    expect(await read(nanos)).toEqual([new Date(-1), new Date(0)])
    expect(await read("'2255-06-05 23:47:34.740993'::TIMESTAMP")).toEqual([
      new Date('2255-06-05T23:47:34.740Z'),
    ])
    // Beyond what a number counts exactly in microseconds.
    expect(await read("'1600-01-01 00:00:00.000001'::TIMESTAMP, '200000-01-01 00:00:00.999999'")).toEqual([
      new Date('1600-01-01T00:00:00.000Z'),
      new Date('+200000-01-01T00:00:00.999Z'),
    ])
  })

  it.each(timeTypes)('that no Date holds fail the query by their column: %s', async (type) => {
    for (const sql of [
      `SELECT 1 AS a, 'infinity'::${type} AS "the column"`,
      `SELECT [{'f': MAP {1: '-infinity'::${type}}}] AS "the column"`,
      `SELECT union_value(u := 'infinity'::${type}) AS "the column"`,
    ]) {
      const error = await db.query(sql).catch((reason) => reason)
      expect(error).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
      expect(error.message).toMatch(/`the column`.*infinity.*`timestamps: 'string'`/)
      expect(await db.query(sql, [], { timestamps: 'string' })).toHaveLength(1)
      expect(await db.query(sql, [], { timestamps: 'bigint' })).toHaveLength(1)
    }
  })

  it('are read as the option says at every level, also in a VARIANT', async () => {
    const nested = `[{'m': MAP {DATE '2024-01-02': [TIMESTAMPTZ '2024-01-02 03:00:00+01', NULL]}}]`
    const values = (date: unknown, time: unknown) => [[{ m: [{ key: date, value: [time, null] }] }]]
    expect(await read(nested)).toEqual(values(new Date('2024-01-02'), new Date('2024-01-02T02:00Z')))
    expect(await read(nested, { timestamps: 'string' })).toEqual(
      values('2024-01-02', '2024-01-02T02:00:00.000000Z'),
    )
    expect(await read(nested, { timestamps: 'bigint' })).toEqual(values(19_724n, 1_704_160_800_000_000n))
    const variant = `[DATE '2024-01-02'::VARIANT, TIMESTAMP_NS '2024-01-02 00:00:00.000000001'::VARIANT]`
    expect(await read(variant, { timestamps: 'string' })).toEqual([
      ['2024-01-02', '2024-01-02T00:00:00.000000001'],
    ])
  })
})

describe('bigints', () => {
  it.each(bigintTypes)('of a %s column are all of one type', async (type) => {
    const values = `1::${type}, NULL, 9007199254740991`
    expect(await read(values)).toEqual([1n, null, 9_007_199_254_740_991n])
    expect(await read(values, { bigints: 'number' })).toEqual([1, null, 9_007_199_254_740_991])
    expect(await read(values, { bigints: 'string' })).toEqual(['1', null, '9007199254740991'])
    const error = await read(`1, 9007199254740993::${type}`, { bigints: 'number' }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    expect(error.message).toMatch(/`v` \(\w+\): 9007199254740993 .*`bigints: 'bigint'`/)
  })

  it('are what DuckDB computes, too, at every level, so that JSON can be made of them', async () => {
    const sql = `SELECT count(*) AS n, sum(i::INTEGER) AS s, [max(i)] AS l, MAP {1::BIGINT: {'h': 2::HUGEINT}} AS m,
      5::BIGINT::VARIANT AS v FROM range(3) r(i)`
    const rows = await db.query(sql, [], { bigints: 'number' })
    expect(rows).toEqual([{ n: 3, s: 3, l: [2], m: [{ key: 1, value: { h: 2 } }], v: 5 }])
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows)
    const texts = { n: '3', s: '3', l: ['2'], m: [{ key: '1', value: { h: '2' } }], v: '5' }
    expect(await db.query(sql, [], { bigints: 'string' })).toEqual([texts])
    expect(await db.query('SELECT INTERVAL 1 MONTH AS i', [], { bigints: 'number' })).toEqual([
      { i: { months: 1, days: 0, micros: 0n } },
    ])
  })
})

describe('the options of reading', () => {
  it('are those of the service, and those of the query before them', async () => {
    await using other = await open(':memory:', { timestamps: 'string', bigints: 'string' })
    const sql = "SELECT 1::BIGINT AS n, DATE '2024-01-02' AS d"
    expect(await other.query(sql)).toEqual([{ n: '1', d: '2024-01-02' }])
    expect(await other.query(sql, undefined, { bigints: 'number' })).toEqual([{ n: 1, d: '2024-01-02' }])
    expect(await other.query(sql, [], { timestamps: 'date' })).toEqual([
      { n: '1', d: new Date('2024-01-02') },
    ])
    await other.run('CREATE TABLE t (i BIGINT)')
    expect(await other.query('INSERT INTO t VALUES (1) RETURNING i')).toEqual([{ i: '1' }])
    await other.run("SELECT 'infinity'::TIMESTAMP")
  })

  it.each([
    { timestamps: 'Date' },
    { timestamps: null },
    { timestamps: true },
    { bigints: 'BigInt' },
    { bigints: Number },
    { timestamp: 'date' },
  ])('are refused where they are none: %o', async (options) => {
    await expect(db.query('SELECT 1', [], options as never)).rejects.toThrow(TypeError)
    await expect(open(':memory:', options as never)).rejects.toThrow(TypeError)
  })

  it('are an object, of properties of its own', async () => {
    for (const options of [null, 'date', 5, []]) {
      await expect(db.query('SELECT 1', [], options as never)).rejects.toThrow(TypeError)
    }
    const inherited = Object.create({ bigints: 'string', nonsense: true })
    expect(await db.query('SELECT 1::BIGINT AS n', [], inherited)).toEqual([{ n: 1n }])
  })
})

describe('a refused row', () => {
  const columns = { at: 'TIMESTAMP NOT NULL', n: 'BIGINT' } as const
  const row = { at: '2024-01-01T00:00:00.000001', n: 2n ** 60n }

  it('and its key follow the options of the service', async () => {
    await using other = await open(':memory:', { timestamps: 'bigint', bigints: 'string' })
    const table = await other.table('t', { columns, key: ['at'] })
    const { rejections } = await table.persist([row, { ...row }].values(), { onRowError: 'skip' })
    const at = 1_704_067_200_000_001n
    expect(rejections).toMatchObject([{ key: { at }, row: { at, n: String(2n ** 60n) }, conflictIndex: 0 }])
  })

  it('is reported, as text, with a value that the options have no place for', async () => {
    await using other = await open(':memory:', { bigints: 'number' })
    const table = await other.table('t', { columns, key: ['at'] })
    const endless = { at: 'infinity', n: 2n ** 60n }
    const { rejections } = await table.persist([endless, { ...endless }].values(), { onRowError: 'skip' })
    expect(rejections).toMatchObject([
      {
        index: 1,
        code: 'duplicate-key',
        key: { at: 'infinity' },
        row: { at: 'infinity', n: String(2n ** 60n) },
      },
    ])
    await expect(table.persist([endless])).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { key: { at: 'infinity' } },
    })
  })
})

describe('a store', () => {
  it('works on a service whatever it reads, and its queries follow the options', async () => {
    await using service = await open(':memory:', { timestamps: 'bigint', bigints: 'string' })
    for (let round = 0; round < 2; round++) {
      const store = new DuckDBStorageAdapter({ database: service, timestamps: true })
      await store.set(`k${round}`, { round })
      await store.persist()
      expect(await store.size()).toBe(round + 1)
      const sql = 'SELECT count(*) AS n, any_value(created_at) IS NOT NULL AS "isDated" FROM storage'
      expect(await store.query(sql)).toEqual([{ n: String(round + 1), isDated: true }])
      expect(await store.query('SELECT count(*) AS n FROM storage', [], { bigints: 'number' })).toEqual([
        { n: round + 1 },
      ])
      await store.close()
    }
  })
})
