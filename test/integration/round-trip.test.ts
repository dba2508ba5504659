import { createHash } from 'node:crypto'
import type { QueryOptions } from 'duckpaddle'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'
import { persist, rejectionOf, TestTables } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new TestTables()

/** Persists values of one column, and reads them back with their text as DuckDB itself writes it. */
async function roundTrip(
  type: string,
  values: readonly unknown[],
  options: QueryOptions = {},
): Promise<{ values: unknown[]; texts: unknown[] }> {
  if (values.some((value) => typeof value === 'string' && value.includes('\0'))) await need('NUL in a text')
  const table = await tables.create(undefined, { columns: { i: 'INTEGER NOT NULL', v: type } })
  await table.persist(values.map((v, i) => ({ i, v })))
  const sql = `SELECT v, v::VARCHAR AS text FROM ${nameOf(table)} ORDER BY i ASC`
  const rows = await tables.db.query<{ v: unknown; text: unknown }>(sql, [], options)
  return { values: rows.map((row) => row.v), texts: rows.map((row) => row.text) }
}

const enumMembers = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)
const enumType = (count: number) =>
  `ENUM(${enumMembers(count)
    .map((member) => `'${member}'`)
    .join(',')})`
const jsonValue = fc
  .jsonValue()
  .filter((value) => value !== null)
  .map((value) => JSON.parse(JSON.stringify(value)))
const bigints = (min: bigint, max: bigint) => fc.bigInt({ min, max })
const ints = (min: number, max: number) => fc.integer({ min, max })
const decimals = (width: number, scale: number) => {
  const max = 10n ** BigInt(width) - 1n
  return bigints(-max, max).map((scaled) => {
    const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, '0')
    return `${scaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  })
}
const dates = fc.date({ noInvalidDate: true })

/** For each type: values that are read back as they were written, the extremes among them. */
const types: readonly [string, readonly unknown[], fc.Arbitrary<unknown>][] = [
  ['BOOLEAN', [true, false], fc.boolean()],
  ['TINYINT', [-128, 127, 0], ints(-128, 127)],
  ['SMALLINT', [-32768, 32767], ints(-32768, 32767)],
  ['INTEGER', [-(2 ** 31), 2 ** 31 - 1], ints(-(2 ** 31), 2 ** 31 - 1)],
  ['UTINYINT', [0, 255], ints(0, 255)],
  ['USMALLINT', [0, 65535], ints(0, 65535)],
  ['UINTEGER', [0, 2 ** 32 - 1], ints(0, 2 ** 32 - 1)],
  ['BIGINT', [-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n], bigints(-(2n ** 63n), 2n ** 63n - 1n)],
  ['UBIGINT', [0n, 2n ** 64n - 1n], bigints(0n, 2n ** 64n - 1n)],
  ['HUGEINT', [-(2n ** 127n), 2n ** 127n - 1n, -1n], bigints(-(2n ** 127n), 2n ** 127n - 1n)],
  ['UHUGEINT', [0n, 2n ** 128n - 1n], bigints(0n, 2n ** 128n - 1n)],
  ['FLOAT', [Math.fround(0.1), Number.NaN, Number.POSITIVE_INFINITY, 3.4028234663852886e38], fc.float()],
  ['DOUBLE', [0.1, Number.NaN, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, 5e-324], fc.double()],
  ['DECIMAL(4,1)', ['-999.9', '999.9', '0.0'], ints(-9999, 9999).map((n) => (n / 10).toFixed(1))],
  ['DECIMAL(9,2)', ['-9999999.99', '0.01'], ints(-999999999, 999999999).map((n) => (n / 100).toFixed(2))],
  ['DECIMAL(18,4)', ['-99999999999999.9999', '0.0001'], decimals(18, 4)],
  ['DECIMAL(18,0)', ['-999999999999999999', '7'], bigints(-(10n ** 17n), 10n ** 17n).map(String)],
  ['DECIMAL(38,10)', ['-9999999999999999999999999999.9999999999', '0.0000000001'], decimals(38, 10)],
  [
    'VARCHAR',
    ['', 'a\0b', 'twelve bytes', 'thirteen byte', '🦆'.repeat(3), '🦆'.repeat(4)],
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  ],
  ['JSON', [{ a: [1, null, 'x'] }, '', 'text', 0, false, []], jsonValue],
  [
    'BLOB',
    [new Uint8Array(), new Uint8Array([0, 255]), new Uint8Array(100).fill(0x80)],
    fc.uint8Array({ maxLength: 40 }),
  ],
  [
    'DATE',
    [new Date(0), new Date(8.64e15), new Date(-8.64e15)],
    ints(-1e8, 1e8).map((days) => new Date(days * 864e5)),
  ],
  [
    'TIME',
    ['00:00:00', '24:00:00', '12:34:56.789', '23:59:59.999999'],
    ints(0, 86399).map((s) => new Date(s * 1000).toISOString().slice(11, 19)),
  ],
  ['TIMESTAMP', [new Date(0), new Date(8.64e15), new Date(-8.64e15)], dates],
  ['TIMESTAMP_S', [new Date(-1000)], ints(-(2 ** 31), 2 ** 31 - 1).map((s) => new Date(s * 1000))],
  ['TIMESTAMP_MS', [new Date(-1), new Date(8.64e15)], dates],
  ['TIMESTAMP_NS', [new Date(1)], ints(0, 2 ** 31 - 1).map((s) => new Date(s * 1000 + 1))],
  ['TIMESTAMPTZ', [new Date(0), new Date(-1)], dates],
  [
    'INTERVAL',
    [
      { months: -1, days: 2, micros: -3n },
      { months: 2 ** 31 - 1, days: -(2 ** 31), micros: 2n ** 63n - 1n },
    ],
    fc.record({ months: ints(-99, 99), days: ints(-99, 99), micros: bigints(-(10n ** 15n), 10n ** 15n) }),
  ],
  ['UUID', ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'], fc.uuid()],
  ["ENUM('it''s', 'a,b', '')", ["it's", 'a,b', ''], fc.constantFrom("it's", 'a,b', '')],
  [enumType(255), ['m0', 'm254'], fc.constantFrom(...enumMembers(255))],
  [enumType(256), ['m0', 'm255'], fc.constantFrom(...enumMembers(256))],
  [enumType(65536), ['m0', 'm255', 'm65535'], fc.constant('m65534')],
]

describe('every type', () => {
  it.each(types)('%.40s is read back as it was written', async (type, extremes, arbitrary) => {
    if (/^(DATE|TIMESTAMP)/.test(type)) await need('all times')
    if (type === 'INTERVAL') await need('type INTERVAL')
    const generated = fc.sample(arbitrary, { numRuns: 300, seed: 7 })
    // NULLs at irregular positions, and rows enough for more than one vector.
    const some = [...extremes, ...generated].flatMap((value, index) =>
      index % 3 === 0 ? [null, value] : [value],
    )
    const values = Array.from({ length: 2500 }, (_, index) => some[index % some.length])
    const read = (await roundTrip(type, values)).values
    // -0 is a double of its own, and JSON and JavaScript's sets disagree on it.
    const withoutSign = (all: readonly unknown[]) => all.map((value) => (value === 0 ? 0 : value))
    expectSame(withoutSign(read), withoutSign(values))
  })

  it.each<[string, unknown, string]>([
    ['BIGINT', -5, '-5'],
    ['BIGINT', Number.MIN_SAFE_INTEGER, '-9007199254740991'],
    ['HUGEINT', -(2n ** 64n) - 1n, '-18446744073709551617'],
    ['DECIMAL(10,2)', 0.1, '0.10'],
    ['DECIMAL(10,2)', -12345678.9, '-12345678.90'],
    ['DECIMAL(38,10)', 123456789.12345679, '123456789.1234567900'],
    ['DECIMAL(5,0)', 12345n, '12345'],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['DATE', -1n, '1969-12-31'],
    ['TIME', 86_399_999_999n, '23:59:59.999999'],
    ['TIMESTAMP', '2024-05-31 12:30:05.123456+02:00', '2024-05-31 10:30:05.123456'],
    ['TIMESTAMP', new Date(Date.UTC(1600, 0, 1, 0, 0, 0, 1)), '1600-01-01 00:00:00.001'],
    ['TIMESTAMP_NS', '1969-12-31T23:59:59.999999999', '1969-12-31 23:59:59.999999999'],
    ['INTERVAL', 'P1Y2M3DT4H5M6.789S', '1 year 2 months 3 days 04:05:06.789'],
    ['UUID', '01234567-89AB-cdef-0123-456789abcdef', '01234567-89ab-cdef-0123-456789abcdef'],
    ['BLOB', Buffer.from('pooled'), 'pooled'],
    ['JSON', { a: 1, b: [true, null] }, '{"a":1,"b":[true,null]}'],
  ])('%s %s is to DuckDB what it is here', async (type, value, text) => {
    expect((await roundTrip(type, [value])).texts).toEqual([text])
  })
})

/** For each type of time: its finest digits, text after them, nanoseconds of its unit, and texts of its extremes. */
const times: readonly [string, number, string, bigint, readonly string[]][] = [
  ['TIMESTAMP_S', 0, '', 1_000_000_000n, ['-290308-12-22T00:00:00', '+294247-01-10T04:00:54']],
  ['TIMESTAMP_MS', 3, '', 1_000_000n, ['-290308-12-22T00:00:00.000', '+294247-01-10T04:00:54.775']],
  ['TIMESTAMP', 6, '', 1000n, ['-290308-12-22T00:00:00.000000', '+294247-01-10T04:00:54.775806']],
  ['TIMESTAMPTZ', 6, 'Z', 1000n, ['-290308-12-22T00:00:00.000000Z', '+294247-01-10T04:00:54.775806Z']],
  ['TIMESTAMP_NS', 9, '', 1n, ['1677-09-22T00:00:00.000000000', '2262-04-11T23:47:16.854775806']],
]

describe('times', () => {
  it.each(times)(
    'of a %s are read as a Date, a text or a count alike',
    async (type, digits, suffix, nanos) => {
      await need('all times')
      const max =
        type === 'TIMESTAMP_NS' ? 9_223_286_400_000_000_000n : 8_640_000_000_000_000_000_000n / nanos
      const counts = fc.sample(bigints(-max, max), { numRuns: 500, seed: 7 })
      counts.push(-1n, 0n, 1n, 999_999n, 1_000_000n, -999_999n, -1_000_000n, -1_000_001n)
      const rests = counts.map((count) => (((count * nanos) % 1_000_000n) + 1_000_000n) % 1_000_000n)
      // The millisecond that a time falls into.
      const read = counts.map((count, i) => new Date(Number((count * nanos - (rests[i] ?? 0n)) / 1_000_000n)))
      const texts = read.map((date, i) => {
        const fraction = date.toISOString().slice(-4, -1) + String(rests[i]).padStart(6, '0')
        return `${date.toISOString().slice(0, -5)}.${fraction.slice(0, digits)}`.replace(/\.$/, '') + suffix
      })
      expect((await roundTrip(type, counts, { timestamps: 'date' })).values).toEqual(read)
      expect((await roundTrip(type, counts, { timestamps: 'string' })).values).toEqual(texts)
      expect((await roundTrip(type, texts, { timestamps: 'bigint' })).values).toEqual(counts)
    },
  )

  it.each([
    ...times.map(([type, , , , texts]) => [type, texts] as const),
    ['DATE', ['-5877641-06-25', '+5881580-07-10']] as const,
  ])('of a %s are read as they were written at their extremes', async (type, extremes) => {
    await need('all times')
    const texts = [...extremes, 'infinity', '-infinity', null]
    expect((await roundTrip(type, texts, { timestamps: 'string' })).values).toEqual(texts)
    const counts = (await roundTrip(type, texts, { timestamps: 'bigint' })).values
    expect(counts.map((count) => typeof count)).toEqual([...texts.slice(1).map(() => 'bigint'), 'object'])
    const again = await roundTrip(type, counts, { timestamps: 'bigint' })
    expect(again.values).toEqual(counts)
    expect((await roundTrip(type, counts, { timestamps: 'string' })).values).toEqual(texts)
  })
})

describe('values larger than a batch', () => {
  it('are written, whatever stands before and after them', async () => {
    const large = 'é'.repeat(2_500_000)
    const values = ['a', large, 'b', `${large}c`, '', 'd'.repeat(1024 * 1024)]
    expectSame((await roundTrip('VARCHAR', values)).values, values)
  })

  it('are written as JSON and as BLOB too', async () => {
    const json = [{ text: '€'.repeat(1_700_000) }, 'short', { list: new Array(500_000).fill(1234567890) }]
    expectSame((await roundTrip('JSON', json)).values, json)
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, index) => index * 7)
    expectSame((await roundTrip('BLOB', [new Uint8Array([1]), bytes])).values, [new Uint8Array([1]), bytes])
  })

  it('make a row that is larger than a batch, though none of its values is', async () => {
    const columns = { i: 'INTEGER NOT NULL', a: 'VARCHAR', b: 'VARCHAR', c: 'JSON' }
    const table = await tables.create(undefined, { columns })
    const wide = (i: number) => ({
      i,
      a: `${i}`.repeat(700_000),
      b: 'é'.repeat(300_000),
      c: ['x'.repeat(600_000)],
    })
    const rows = [{ i: 0, a: 'a', b: null, c: 1 }, wide(1), wide(2), { i: 3, a: '', b: 'b', c: null }]
    await persist(table, rows)
    expectSame(await tables.read(table), rows)
  })
})

describe('several columns of strings', () => {
  it('keep each value in its place, long, short, multi-byte or NULL, over many batches', async () => {
    const lengths = [0, 1, 11, 12, 13, 14, 23, 24, 25, 100, 900]
    const units = ['x', 'é', '€', '🦆']
    const text = (seed: number) =>
      seed % 7 === 0
        ? null
        : `${seed}`.slice(0, seed % 3) + (units[seed % 4] ?? '').repeat(lengths[seed % 11] ?? 0)
    const rows = Array.from({ length: 7001 }, (_, i) => ({
      i,
      a: text(i * 31 + 1),
      flag: i % 5 === 0 ? null : i % 2 === 0,
      b: text(i * 17 + 5),
      c: i % 13 === 0 ? null : { [`k${i}`]: text(i * 3 + 2) },
      d: i % 11 === 0 ? null : new Uint8Array(Buffer.from(text(i * 7 + 3) ?? '')),
    }))
    const path = newDatabase(folder)
    const db = await openForTest(path)
    try {
      const table = await db.table('t', {
        ...placeForTest(),
        columns: {
          i: 'INTEGER NOT NULL',
          a: 'VARCHAR',
          flag: 'BOOLEAN',
          b: 'VARCHAR',
          c: 'JSON',
          d: 'BLOB',
        },
      })
      expect((await table.persist(rows)).batches).toBeGreaterThan(1)
      expectSame(await db.query(`SELECT * FROM ${nameOf('t')} ORDER BY i ASC`), rows)
    } finally {
      await db.close()
    }
    // By another client, and by a hash that neither of the two decoders takes part in.
    const md5 = (parts: readonly (string | null)[]) =>
      createHash('md5')
        .update(parts.map((part) => part ?? 'NULL').join('|'))
        .digest('hex')
    const sql = `SELECT md5(string_agg(coalesce(a, 'NULL'), '|' ORDER BY i ASC)) AS a,
      md5(string_agg(coalesce(b, 'NULL'), '|' ORDER BY i ASC)) AS b,
      md5(string_agg(coalesce(c::VARCHAR, 'NULL'), '|' ORDER BY i ASC)) AS c FROM ${nameOf('t')}`
    expect(await readDatabase(path, sql)).toEqual([
      {
        a: md5(rows.map((row) => row.a)),
        b: md5(rows.map((row) => row.b)),
        c: md5(rows.map((row) => row.c && JSON.stringify(row.c))),
      },
    ])
  })
})

const circular: Record<string, unknown> = {}
circular.self = circular

describe('what would lose something', () => {
  it.each<[string, unknown, string]>([
    ['TINYINT', 128, 'range'],
    ['INTEGER', 1.5, 'range'],
    ['INTEGER', Number.NaN, 'range'],
    ['UBIGINT', -1, 'range'],
    ['BIGINT', 2 ** 53, 'range'],
    ['BIGINT', 2n ** 63n, 'range'],
    ['BIGINT', '5', 'type'],
    ['DOUBLE', 'garbage', 'type'],
    ['DOUBLE', true, 'type'],
    ['FLOAT', 1e300, 'range'],
    ['DECIMAL(4,2)', 0.005, 'range'],
    ['DECIMAL(4,2)', 100, 'range'],
    ['DECIMAL(4,2)', 'x', 'type'],
    ['VARCHAR', 'a\ud800', 'range'],
    ['VARCHAR', 5, 'type'],
    ['JSON', circular, 'serialize'],
    ['JSON', { n: 1n }, 'serialize'],
    ['JSON', () => 1, 'serialize'],
    ['JSON', Number.NaN, 'serialize'],
    ['BLOB', [1], 'type'],
    ['DATE', new Date(1), 'range'],
    ['DATE', new Date(Number.NaN), 'range'],
    ['DATE', '2023-02-29', 'type'],
    ['TIMESTAMP', 1700000000, 'type'],
    ['TIMESTAMP_S', new Date(1), 'range'],
    ['TIMESTAMP', '2024-01-01T00:00:00.0000001', 'range'],
    ['UUID', 'no', 'type'],
    ["ENUM('a')", 'b', 'range'],
    ['INTERVAL', { month: 1 }, 'type'],
    ['INTEGER NOT NULL', undefined, 'not-null'],
    ['INTEGER NOT NULL', null, 'not-null'],
  ])('%s %s is rejected with its row, column and reason', async (type, value, code) => {
    const table = await tables.create(undefined, { columns: { v: type, other: 'BOOLEAN' } })
    const rejection = await rejectionOf(persist(table, [{ v: value, other: true }]))
    expect(rejection).toMatchObject({ index: 0, column: 'v', code })
    expect(await tables.read(table)).toEqual([])
  })
})
