import { describe, expect, it } from 'vitest'
import { isLong } from '../support/generated-cases.js'
import { isHostile } from '../support/hostile-settings.js'
import { need } from '../support/test-engine.js'
import { persist, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

interface KeyType {
  readonly type: string
  readonly values: readonly [unknown, unknown, ...unknown[]]
  /** Equal to the first value. */
  readonly same?: unknown
}

const keyTypes: KeyType[] = [
  { type: 'BOOLEAN', values: [true, false] },
  { type: 'TINYINT', values: [-128, 127, 0], same: -128n },
  { type: 'SMALLINT', values: [-32768, 32767] },
  { type: 'INTEGER', values: [-(2 ** 31), 2 ** 31 - 1] },
  { type: 'BIGINT', values: [2n ** 63n - 1n, -(2n ** 63n), 0n] },
  { type: 'UTINYINT', values: [255, 0] },
  { type: 'USMALLINT', values: [65535, 0] },
  { type: 'UINTEGER', values: [2 ** 32 - 1, 0] },
  { type: 'UBIGINT', values: [2n ** 64n - 1n, 2n ** 64n - 2n, 0n] },
  { type: 'HUGEINT', values: [2n ** 127n - 1n, 2n ** 127n - 2n, 2n ** 63n, -1n] },
  { type: 'UHUGEINT', values: [2n ** 128n - 1n, 2n ** 128n - 2n, 2n ** 64n] },
  { type: 'FLOAT', values: [Number.NaN, 0, Number.NEGATIVE_INFINITY, 1.5] },
  { type: 'FLOAT', values: [0, 1], same: -0 },
  { type: 'FLOAT', values: [0.1, 1], same: Math.fround(0.1) },
  { type: 'DOUBLE', values: [Number.NaN, 0, Number.POSITIVE_INFINITY, 0.1, 0.1 + 2 ** -56] },
  { type: 'DOUBLE', values: [0, Number.MIN_VALUE], same: -0 },
  { type: 'DECIMAL(4,1)', values: ['1.0', '1.1'], same: 1 },
  { type: 'DECIMAL(38,10)', values: ['1.0000000001', '1.0000000002', '-1.0000000001'] },
  { type: 'VARCHAR', values: ['', 'a', 'A', 'a ', 'é', 'e\u0301', '🦆', 'a\0b', 'a\0c', 'long '.repeat(9)] },
  { type: 'VARCHAR', values: [`${'x'.repeat(3000)}1`, `${'x'.repeat(3000)}2`] },
  { type: 'JSON', values: [{ a: [1] }, { a: [2] }, 'text', 1, true] },
  {
    type: 'BLOB',
    values: [new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 0]), new Uint8Array(20)],
  },
  { type: 'DATE', values: [new Date('2026-02-03'), '1969-12-31', '0001-01-01'], same: '2026-02-03' },
  { type: 'TIME', values: ['00:00:00', '23:59:59.999999'], same: 0n },
  { type: 'TIMESTAMP', values: [new Date(5), '1970-01-01T00:00:00.005001'], same: 5000n },
  { type: 'TIMESTAMP_S', values: [new Date(5000), -1n], same: '1970-01-01T00:00:05' },
  { type: 'TIMESTAMP_MS', values: [new Date(5), new Date(6)] },
  { type: 'TIMESTAMP_NS', values: [5n, 6n, new Date(0)], same: '1970-01-01T00:00:00.000000005' },
  { type: 'TIMESTAMPTZ', values: ['2026-01-01T00:00:00Z', new Date(0)], same: '2026-01-01T01:00:00+01:00' },
  { type: 'INTERVAL', values: [{ months: 1 }, { days: 1 }, { micros: 1 }] },
  {
    type: 'UUID',
    values: ['00000000-0000-0000-0000-00000000000a', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    same: '00000000-0000-0000-0000-00000000000A',
  },
  { type: "ENUM('a', 'b', 'it''s')", values: ['b', 'a', "it's"] },
]

const places = ['alone', 'beside another column'] as const

/** Each type by each kind of key and at each place; both kinds are at both. */
const everyKey = keyTypes.flatMap((keyType, at) =>
  places.map((place, turn) => {
    const kind = keyType.type !== 'INTERVAL' && (at + turn) % 2 === 0 ? 'primaryKey' : 'key'
    return [kind, keyType.type, place, keyType] as const
  }),
)
/** Each type once. */
const keyTables = isLong && !isHostile ? everyKey : everyKey.filter((_, at) => at % 4 === 0 || at % 4 === 3)

describe('the columns of a key', () => {
  it.each(keyTables)('as %s may be of type %s, %s', async (kind, type, place, { values, same }) => {
    if (values.some((value) => String(value).includes('\0'))) await need('NUL in a key')
    const columns = { n: 'INTEGER', k: type, c: 'VARCHAR' }
    const key = place === 'alone' ? ['k'] : ['c', 'k']
    const table = await tables.create(undefined, { columns, [kind]: key })
    expect(table.key).toEqual(key)
    const row = (k: unknown, n: number) => ({ n, k, c: 'same' })
    const again = same ?? values[0]
    const inCall = [...values.map(row), row(again, 98), row(values[1], 99)]
    const first = await persist(table, inCall, { onRowError: 'skip' })
    expect(first).toMatchObject({ inserted: values.length, rejected: 2 })
    expect(first.rejections.map(({ conflictIndex }) => conflictIndex)).toEqual([0, 1])
    const found = await tables.read(table, 'n, k, c')
    expect(found.map(({ n }) => n)).toEqual(values.map((_, at) => at))

    const second = await persist(table, [row(again, 100), row(values[1], 101)], { onRowError: 'skip' })
    expect(second).toMatchObject({ inserted: 0, rejected: 2 })
    for (const [at, rejection] of second.rejections.entries()) {
      expect(rejection).not.toHaveProperty('conflictIndex')
      // The first value may be written otherwise, such as -0, and is reported as it was given.
      if (at === 0 && same !== undefined) continue
      expect(rejection.key).toEqual(Object.fromEntries(key.map((name) => [name, found[at]?.[name]])))
    }

    const updates = [row(values[1], 1000), row(again, 1001), row(values[1], 1002)]
    expect(await persist(table, updates, { onConflict: 'update' })).toMatchObject({ inserted: 0, updated: 3 })
    expect(await persist(table, updates, { onConflict: 'ignore' })).toMatchObject({ inserted: 0, ignored: 3 })
    const partial = [{ k: again, c: 'same' }, row(values[1], 1003)]
    expect(await persist(table, partial, { onConflict: 'update' })).toMatchObject({ inserted: 0, updated: 2 })
    const after = await tables.read(table, 'n')
    expect(after.map(({ n }) => n)).toEqual([...values.slice(2).map((_, at) => at + 2), 1001, 1003])
  })
})
