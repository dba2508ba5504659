import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rejectionOf } from '../support/test-tables.js'

const folder = mkdtempSync(join(tmpdir(), 'duckpaddle-keys-'))
const path = join(folder, 'keys.duckdb')
const init = `ATTACH '${join(folder, 'other.duckdb')}' AS other`
let db: PersistenceService

/** What makes a table, which key is asked for, the key that it has, and whether DuckDB keeps it. */
interface Kind {
  readonly sql: string
  readonly indexes?: readonly string[]
  readonly key?: readonly string[]
  readonly found: readonly string[]
  readonly isKept?: boolean
}

const abc = 'a INTEGER, b INTEGER, c VARCHAR'
const two = `${abc}, UNIQUE (a), UNIQUE (c)`
const kinds: Readonly<Record<string, Kind>> = {
  plain: { sql: abc, found: [] },
  not_null: { sql: 'a INTEGER NOT NULL, b INTEGER', found: [] },
  defaults: { sql: `a INTEGER DEFAULT 4, b VARCHAR DEFAULT 'x'`, found: [] },
  checked: { sql: `${abc}, CHECK (a < b)`, found: [] },
  referring: { sql: `${abc}, FOREIGN KEY (a) REFERENCES referred (id)`, found: [] },
  referring_unique: { sql: `${abc}, FOREIGN KEY (a) REFERENCES referred (id), UNIQUE (b)`, found: ['b'] },
  primary: { sql: `${abc}, PRIMARY KEY (b)`, found: ['b'] },
  primary_of_two: { sql: `${abc}, PRIMARY KEY (a, c)`, found: ['a', 'c'] },
  primary_in_another_order: { sql: `${abc}, PRIMARY KEY (c, a, b)`, found: ['c', 'a', 'b'] },
  primary_and_unique: { sql: `${abc}, PRIMARY KEY (a), UNIQUE (c)`, found: ['a'] },
  primary_and_unique_asked: {
    sql: `${abc}, PRIMARY KEY (a), UNIQUE (c)`,
    key: ['c'],
    found: ['c'],
    isKept: true,
  },
  primary_asked_in_another_order: {
    sql: `${abc}, PRIMARY KEY (c, a)`,
    key: ['a', 'c'],
    found: ['c', 'a'],
    isKept: true,
  },
  primary_part_asked: { sql: `${abc}, PRIMARY KEY (a, b)`, key: ['a'], found: ['a'], isKept: false },
  unique: { sql: `${abc}, UNIQUE (b)`, found: ['b'] },
  unique_of_two: { sql: `${abc}, UNIQUE (a, b)`, found: ['a', 'b'] },
  unique_of_all_types: {
    sql: `a INTEGER, e ENUM ('x', 'y'), s STRUCT(q INTEGER)[], g INTEGER AS (a + 1), UNIQUE (a, e)`,
    found: ['a', 'e'],
  },
  two_uniques: { sql: two, found: [] },
  one_of_two_asked: { sql: two, key: ['c'], found: ['c'], isKept: true },
  another_asked: { sql: two, key: ['b'], found: ['b'], isKept: false },
  both_asked: { sql: two, key: ['a', 'c'], found: ['a', 'c'], isKept: false },
  indexed: { sql: abc, indexes: ['INDEX i1 ON % (b)'], found: [] },
  indexed_unique: { sql: `${abc}, UNIQUE (b)`, indexes: ['INDEX i2 ON % (a)'], found: ['b'] },
  'it"s a "name", all in "quotes"': { sql: `"d""e" INTEGER DEFAULT 3, UNIQUE ("d""e")`, found: ['d"e'] },
  'two, words': { sql: '"a,b" INTEGER, "b" INTEGER, PRIMARY KEY ("b")', found: ['b'] },
}

/** What only a look at the constraints or indexes of all tables tells. */
const others: Readonly<Record<string, Kind>> = {
  unique_twice: { sql: `${abc}, UNIQUE (b), UNIQUE (b)`, found: [] },
  unique_in_another_order: { sql: `${abc}, UNIQUE (b, a)`, found: ['b', 'a'] },
  unique_asked_in_another_order: {
    sql: `${abc}, PRIMARY KEY (c), UNIQUE (b, a)`,
    key: ['a', 'b'],
    found: ['b', 'a'],
    isKept: true,
  },
  commas: {
    sql: '"a,b" INTEGER, "b" INTEGER, "a" INTEGER, PRIMARY KEY ("b", "a", "a,b")',
    found: ['b', 'a', 'a,b'],
  },
  unique_index: { sql: abc, indexes: ['UNIQUE INDEX i3 ON % (c)'], found: ['c'] },
  unique_index_asked: {
    sql: abc,
    indexes: ['UNIQUE INDEX i4 ON % (c)'],
    key: ['c'],
    found: ['c'],
    isKept: true,
  },
  unique_indexes: {
    sql: abc,
    indexes: ['UNIQUE INDEX i5 ON % (c)', 'UNIQUE INDEX i6 ON % (a)'],
    found: [],
  },
  index_and_unique: { sql: `${abc}, UNIQUE (a)`, indexes: ['UNIQUE INDEX i7 ON % (c)'], found: [] },
  unique_expression: { sql: abc, indexes: ['UNIQUE INDEX i8 ON % (lower(c))'], found: [] },
  unique_expression_asked: {
    sql: abc,
    indexes: ['UNIQUE INDEX i9 ON % (lower(c))'],
    key: ['c'],
    found: ['c'],
    isKept: false,
  },
  expression_and_unique: {
    sql: `${abc}, UNIQUE (a)`,
    indexes: ['UNIQUE INDEX i10 ON % ((b + 1))'],
    found: ['a'],
  },
}

const places: readonly { catalog?: string; schema?: string }[] = [
  {},
  { schema: `it's 2` },
  { catalog: 'other' },
  { catalog: 'other', schema: 'keys' },
]

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

beforeAll(async () => {
  db = await open(path, { init })
  for (const { catalog = 'keys', schema = 'main' } of places) {
    const place = `${quote(catalog)}.${quote(schema)}`
    const whole: string[] = [`CREATE SCHEMA IF NOT EXISTS ${place}`, `USE ${place}`]
    whole.push('CREATE TABLE referred (id INTEGER PRIMARY KEY)')
    for (const [name, { sql, indexes = [] }] of Object.entries({ ...kinds, ...others })) {
      whole.push(`CREATE TABLE ${quote(name)} (${sql})`)
      for (const index of indexes) whole.push(`CREATE ${index.replace('%', quote(name))}`)
    }
    await db.run(whole.join('; '))
  }
  // Indexes are read from the file when they are needed.
  await db.close()
  db = await open(path, { init })
  await db.run("CALL enable_logging('QueryLog')")
})

afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

/** How often a function was asked that goes through all tables, or all indexes. */
async function countScans(): Promise<number> {
  const [row] = await db.query<{ count: bigint }>(
    `SELECT count(*) AS count FROM duckdb_logs WHERE type = 'QueryLog'
     AND regexp_matches(message, 'system.main.duckdb_(constraints|indexes|columns|tables|views)')
     AND NOT starts_with(message, 'SELECT count(*)')`,
  )
  return Number(row?.count)
}

describe.each(places)('the key of a table in %o', (place) => {
  it.each(Object.entries({ ...kinds, ...others }))(
    'is found: %s',
    async (name, { key = [], found, isKept }) => {
      const describedAt = await countScans()
      const table = await db.table(name, { ...place, key })
      expect(table.key).toEqual(found)
      if (name in kinds) expect(await countScans()).toBe(describedAt)
      if (isKept === undefined) return
      const [first, second] = [
        { a: 1, b: 1, c: 'x' },
        { a: 2, b: 2, c: 'y' },
      ]
      const same = Object.fromEntries(key.map((column) => [column, Object(first)[column]]))
      const { constraint } =
        (await rejectionOf(table.persist([first, { ...second, ...same }] as never))) ?? {}
      expect(constraint?.startsWith('KEY')).toBe(!isKept)
    },
  )
})

it('looks at all constraints only when rows are written', async () => {
  const table = await db.table('unique_of_two')
  const describedAt = await countScans()
  await table.persist([{ a: 1, b: 1, c: 'x' }] as never)
  expect(await countScans()).toBeGreaterThan(describedAt)
  expect((await db.table('unique_of_two')).key).toEqual(['a', 'b'])
})
