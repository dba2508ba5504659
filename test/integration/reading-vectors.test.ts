import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'

/** More than two chunks of DuckDB's. */
const rowCount = 5000

/** Values of each type, made of a number `i` and a text `s` that is short, long, empty or of several bytes a character. */
const expressions: Readonly<Record<string, string>> = {
  BOOLEAN: 'i % 3 = 0',
  TINYINT: '(i % 256 - 128)::TINYINT',
  SMALLINT: '(i * 13 % 65536 - 32768)::SMALLINT',
  INTEGER: '(i * 7919 - 20_000_000)::INTEGER',
  BIGINT: '(i * 1_234_567_890_123 - 3_000_000_000_000_000)::BIGINT',
  UTINYINT: '(i % 256)::UTINYINT',
  USMALLINT: '(i * 13 % 65536)::USMALLINT',
  UINTEGER: '(i * 858_993)::UINTEGER',
  UBIGINT: '(i::UBIGINT * 3_689_348_814_741_910::UBIGINT)',
  HUGEINT: '(i - 2500)::HUGEINT * 34_028_236_692_093_846_346_337_460_743_176_821',
  UHUGEINT: 'i::UHUGEINT * 68_056_473_384_187_692_692_674_921_486_353_642',
  BIGNUM: "(i || '0000000000000000000000000000000000000000123')::BIGNUM",
  FLOAT: '(i / 7)::FLOAT',
  DOUBLE: "CASE WHEN i % 50 = 0 THEN 'nan' WHEN i % 51 = 0 THEN '-infinity' ELSE i / 7 END::DOUBLE",
  'DECIMAL(4,1)': '((i - 2500) / 10)::DECIMAL(4,1)',
  'DECIMAL(9,9)': '((i - 2500) / 5000)::DECIMAL(9,9)',
  'DECIMAL(18,0)': '(i - 2500) * 1_000_000_000_000::DECIMAL(18,0)',
  'DECIMAL(38,10)': '((i - 2500)::DECIMAL(38,10) * 99999)::DECIMAL(38,10)',
  VARCHAR: 's',
  JSON: "json_object('i', i, 's', s, 'list', [i, NULL])",
  BLOB: 'encode(s)',
  BIT: "(CASE WHEN i % 4 = 0 THEN '1' ELSE bin(i * 77777) END)::BIT",
  DATE: "CASE WHEN i = 77 THEN 'infinity' ELSE DATE '1600-01-01' + (i * 77)::INTEGER END::DATE",
  TIME: "TIME '00:00:00' + to_microseconds(i * 17_279_999)",
  TIME_NS: "(TIME '00:00:00' + to_microseconds(i * 17_279_990))::TIME_NS",
  TIMETZ:
    "(lpad((i % 24)::VARCHAR, 2, '0') || ':00:00.5' || ['+05:30', '-15:59:59', '+00', '-03'][1 + i % 4])::TIMETZ",
  TIMESTAMP:
    "CASE WHEN i = 78 THEN '-infinity' ELSE TIMESTAMP '1950-01-01' + to_microseconds(i * 777_777_777_777) END::TIMESTAMP",
  TIMESTAMP_S: "(TIMESTAMP '1950-01-01' + to_microseconds(i * 777_777_777_777))::TIMESTAMP_S",
  TIMESTAMP_MS: "(TIMESTAMP '1950-01-01' + to_microseconds(i * 777_777_777_777))::TIMESTAMP_MS",
  TIMESTAMP_NS: "(TIMESTAMP '1950-01-01' + to_microseconds(i * 777_777_777_777))::TIMESTAMP_NS",
  TIMESTAMPTZ: "(TIMESTAMP '1950-01-01' + to_microseconds(i * 777_777_777_777))::TIMESTAMPTZ",
  INTERVAL: 'to_months((i % 100)::INTEGER) + to_days((-i)::INTEGER) + to_microseconds(i * 1_000_003)',
  UUID: 'md5(i::VARCHAR)::UUID',
  ENUM: "(['low', 'middle', 'high', 'ü'][1 + i % 4])::level",
  'VARCHAR[]': '[s, NULL, i::VARCHAR][1:1 + i % 3]',
  'INTEGER[][]': '[[i], [], NULL, [i, i + 1]][1:i % 5]::INTEGER[][]',
  'DOUBLE[3]': '[i::DOUBLE, NULL, i / 3]',
  'VARCHAR[2][]': "[array_value(s, 'x'), NULL, array_value(NULL, s)][1:i % 4]",
  STRUCT: "{'s': s, 'inner': {'i': i, 'list': [s, s || i]}, '__proto__': i % 2}",
  'a STRUCT of NULLs': "CASE WHEN i % 2 = 0 THEN NULL ELSE {'s': s, 'list': [{'t': s}]} END",
  'MAP(VARCHAR, STRUCT)': "map(['a' || s, 'b'], [{'v': s}, NULL])",
  'UNION(text, number)':
    'CASE WHEN i % 2 = 0 THEN union_value(text := s)::u ELSE union_value(number := i)::u END',
  NULL: 'NULL',
}

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
  await db.run(`
    CREATE TYPE level AS ENUM ('low', 'middle', 'high', 'ü');
    CREATE TYPE u AS UNION(text VARCHAR, number BIGINT);
    CREATE TABLE rows AS SELECT i, CASE i % 6
      WHEN 0 THEN '' WHEN 1 THEN 'short' WHEN 2 THEN repeat('long', 5) || i WHEN 3 THEN 'zwölf' WHEN 4 THEN repeat('日本', 9) || i
      ELSE chr(65279) || 'é' END AS s
    FROM range(${rowCount}) r(i)`)
})
afterAll(() => db.close())

/**
 * Has every value a second time beside one that only node-api reads, by which the worker reads both: so what main makes
 * of vectors is what node-api makes of them.
 */
async function expectAsByNodeApi(name: string, expression: string, extra = ''): Promise<void> {
  // No CASE is of an ARRAY.
  const cast = name === 'DOUBLE[3]' ? `::${name}` : ''
  for (const timestamps of name.startsWith('TIMESTAMP')
    ? (['string', 'bigint'] as const)
    : (['string'] as const)) {
    const value = `(CASE WHEN i % 11 < 9 THEN ${expression} END)${cast}`
    const sql = `SELECT v, {'v': v, 'other': 0::BIGNUM} AS w ${extra} FROM (SELECT ${value} AS v, i, s FROM rows) ORDER BY i`
    const rows = await db.query<{ v: unknown; w: { v: unknown } }>(sql, undefined, { timestamps })
    expect(rows).toHaveLength(rowCount)
    expectSame(
      rows.map(({ v }) => v),
      rows.map(({ w }) => w.v),
    )
    expect(rows.filter(({ v }) => v !== null).length > 0).toBe(expression !== 'NULL')
  }
}

describe('vectors', () => {
  it.each(Object.entries(expressions))('of %s are read as node-api reads them', async (name, expression) => {
    await expectAsByNodeApi(name, expression)
  })

  it.each(Object.entries(expressions))(
    'of %s are read in parts, beside large values',
    async (name, expression) => {
      await expectAsByNodeApi(
        name,
        expression,
        ", repeat('x', CASE WHEN i % 397 = 0 THEN 200_000 ELSE 1 END) AS large",
      )
    },
  )

  it('that are read by stream() are the same', async () => {
    const columns = Object.values(expressions).map((expression, column) => `${expression} AS c${column}`)
    const sql = `SELECT ${columns.join(', ')} FROM rows ORDER BY rows.i`
    const options = { timestamps: 'bigint' } as const
    const streamed: object[] = []
    for await (const row of db.stream(sql, undefined, options)) streamed.push(row)
    expectSame(streamed, await db.query(sql, undefined, options))
  })

  it('of strings are read wherever they lie in memory', async () => {
    const texts = await db.query<{ s: string; i: bigint }>('SELECT s, i FROM rows ORDER BY i')
    const inOrder = new Map(texts.map(({ i, s }) => [i, s]))
    for (const order of ['hash(i)', 's DESC, i', 'i % 2, i']) {
      const rows: { i: bigint; s: string }[] = []
      const sql = `SELECT i, s FROM rows ORDER BY ${order}`
      for await (const row of db.stream<{ i: bigint; s: string }>(sql)) rows.push(row)
      expect(rows.map(({ s }) => s)).toEqual(rows.map(({ i }) => inOrder.get(i)))
      expect(new Set(rows.map(({ i }) => i)).size).toBe(rowCount)
    }
    const joined = await db.query<{ a: string; b: string }>(
      "SELECT left(a.s || 'xxxxxxxxxxxxx' || a.i, 40) AS a, b.s AS b FROM rows a JOIN rows b ON a.i % 7 = b.i WHERE b.i < 7 ORDER BY a.i",
    )
    expect(joined.map(({ b }) => b)).toEqual(texts.map(({ i }) => inOrder.get(i % 7n)))
  })
})
