import type { Rejection, Table } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { isHostile } from '../support/hostile-settings.js'
import { readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { type Feature, nameOf, need } from '../support/test-engine.js'
import { type Definition, persist, type Row, rejectionOf, TestTables } from '../support/test-tables.js'

const parent = { name: 'parent', sql: 'id BIGINT PRIMARY KEY', rows: '(1), (2)' }
const tables = new TestTables(newDatabase(temporaryFolder()), parent)

interface Breach {
  readonly sql?: string
  readonly definition?: Definition
  readonly onConflict?: 'error' | 'update'
  readonly good: (id: number) => Row
  /** @param held - `good(held)` has what this one must not have too. */
  readonly bad: (id: number, held: number) => Row
  readonly rejection: Partial<Rejection>
  /** The columns of the bad row that it does not carry, as they would be written. */
  readonly filled?: Row
  readonly hasKey?: true
  readonly isConflict?: true
  readonly needed?: Feature
}

const breaches: Record<string, Breach> = {
  'NOT NULL by a DEFAULT that is NULL': {
    sql: 'id BIGINT, a BIGINT NOT NULL DEFAULT (NULL::BIGINT)',
    good: (id) => ({ id, a: 1 }),
    bad: (id) => ({ id }),
    rejection: { code: 'not-null', column: 'a', constraint: '"a" NOT NULL' },
    filled: { a: null },
    needed: 'known DEFAULTs',
  },
  'NOT NULL by a new row of an update': {
    sql: 'id BIGINT, a BIGINT NOT NULL',
    definition: { key: ['id'] },
    onConflict: 'update',
    good: (id) => ({ id, a: 1 }),
    bad: (id) => ({ id }),
    rejection: { code: 'not-null', column: 'a', constraint: '"a" NOT NULL' },
    filled: { a: null },
    hasKey: true,
  },
  CHECK: {
    sql: 'id BIGINT, a BIGINT CHECK (a > 0)',
    good: (id) => ({ id, a: 1 }),
    bad: (id) => ({ id, a: 0 }),
    rejection: { code: 'check', column: 'a', constraint: 'CHECK((a > 0))' },
  },
  'CHECK by a DEFAULT': {
    sql: 'id BIGINT PRIMARY KEY, a BIGINT DEFAULT 0 CHECK (a > 0)',
    good: (id) => ({ id, a: 1 }),
    bad: (id) => ({ id }),
    rejection: { code: 'check', column: 'a', constraint: 'CHECK((a > 0))' },
    filled: { a: 0n },
    hasKey: true,
  },
  'CHECK of several columns': {
    sql: 'id BIGINT PRIMARY KEY, a BIGINT, b BIGINT, CHECK (a < b)',
    good: (id) => ({ id, a: id % 2 === 0 ? 1 : null, b: 2 }),
    bad: (id) => ({ id, a: 2, b: 2 }),
    rejection: { code: 'check', constraint: 'CHECK((a < b))' },
    hasKey: true,
  },
  'CHECK that cannot be computed': {
    sql: 'id BIGINT, a VARCHAR CHECK (CAST(a AS INTEGER) > 0)',
    good: (id) => ({ id, a: '1' }),
    bad: (id) => ({ id, a: 'one' }),
    rejection: { code: 'check', column: 'a', constraint: 'CHECK((CAST(a AS INTEGER) > 0))' },
  },
  'CHECK beside a generated column': {
    sql: 'id BIGINT, double BIGINT AS (2 * a), a BIGINT, CHECK (a > id)',
    good: (id) => ({ id, a: 100 + id }),
    bad: (id) => ({ id, a: id }),
    rejection: { code: 'check', constraint: 'CHECK((a > id))' },
  },
  'FOREIGN KEY': {
    sql: 'id BIGINT, p BIGINT REFERENCES parent (id)',
    definition: { key: ['id'] },
    good: (id) => ({ id, p: id % 2 === 0 ? 2 : null }),
    bad: (id) => ({ id, p: 3 }),
    rejection: {
      code: 'foreign-key',
      column: 'p',
      constraint: 'FOREIGN KEY (p) REFERENCES parent(id)',
    },
    hasKey: true,
  },
  key: {
    definition: { columns: { id: 'BIGINT', a: 'BIGINT' }, key: ['id'] },
    good: (id) => ({ id, a: 1 }),
    bad: (_, held) => ({ id: held, a: 2 }),
    rejection: { code: 'duplicate-key', column: 'id', constraint: 'KEY(id)' },
    hasKey: true,
    isConflict: true,
  },
  primaryKey: {
    definition: { columns: { id: 'BIGINT', a: 'BIGINT' }, primaryKey: ['id'] },
    good: (id) => ({ id, a: 1 }),
    bad: (_, held) => ({ id: held, a: 2 }),
    rejection: { code: 'duplicate-key', column: 'id', constraint: 'PRIMARY KEY(id)' },
    hasKey: true,
    isConflict: true,
  },
  'composite PRIMARY KEY': {
    sql: 'id BIGINT, a BIGINT, PRIMARY KEY (a, id)',
    good: (id) => ({ id, a: 1 }),
    bad: (_, held) => ({ id: held, a: 1 }),
    rejection: { code: 'duplicate-key', constraint: 'PRIMARY KEY(a, id)' },
    hasKey: true,
    isConflict: true,
  },
  UNIQUE: {
    sql: 'id BIGINT PRIMARY KEY, a BIGINT UNIQUE',
    good: (id) => ({ id, a: 100 + id }),
    bad: (id, held) => ({ id, a: 100 + held }),
    rejection: { code: 'unique', column: 'a', constraint: 'UNIQUE(a)' },
    hasKey: true,
    isConflict: true,
  },
  'UNIQUE of an updated row': {
    sql: 'id BIGINT PRIMARY KEY, a BIGINT UNIQUE',
    onConflict: 'update',
    good: (id) => ({ id, a: 100 + id }),
    bad: (id, held) => ({ id, a: 100 + held }),
    rejection: { code: 'unique', column: 'a', constraint: 'UNIQUE(a)' },
    hasKey: true,
    isConflict: true,
  },
}

const seed = 50
const decisions = ['abort', 'skip', 'aborting function', 'skipping function'] as const
type Decision = (typeof decisions)[number]

/** Every decision about a row at every place, in turns from an array and a generator. */
const everyWay = decisions.flatMap((decision, at) =>
  [0, 3, 6].map((place, turn) => ({ place, decision, isArray: (at + turn) % 2 === 0 })),
)
/** The SQL is the same whatever is decided. */
const ways = isHostile ? everyWay.filter((_, at) => at % 4 === 0) : everyWay

const cases = Object.entries(breaches).flatMap(([title, { isConflict = false }]): [string, string][] =>
  isConflict
    ? [
        [title, 'call'],
        [title, 'table'],
      ]
    : [[title, 'row']],
)

describe('a bad row', () => {
  /** How many rows each table should hold in the end, and the sum of their ids. */
  const stored: { table: string; n: number; sum: number }[] = []
  /** Tables that an engine does not make. */
  let refused = 0

  it.each(cases)('that breaks %s, by the %s, is reported at any position', async (title, by) => {
    const breach = breaches[title] as Breach
    const made = need(...(breach.needed === undefined ? [] : [breach.needed])).then(() =>
      tables.create(breach.sql, breach.definition),
    )
    const table = await made.catch((error: unknown) => {
      refused++
      throw error
    })
    tables.keep()
    await persist(table, [breach.good(seed)])
    const kept = [seed]
    for (const [at, { place, decision, isArray }] of ways.entries()) {
      const ids = Array.from({ length: 7 }, (_, offset) => 100 * (at + 1) + offset)
      const position = by === 'call' ? Math.max(place, 1) : place
      const rows = ids.map((id, index) =>
        index === position ? breach.bad(id, by === 'call' ? Number(ids[0]) : seed) : breach.good(id),
      )
      const expected = expectedOf(breach, table, position, rows[position] as Row, isArray)
      if (by === 'call') expected.conflictIndex = 0
      const isSkipped = await checkWay(table, breach, rows, expected, decision, isArray)
      if (isSkipped) kept.push(...ids.filter((_, index) => index !== position))
    }
    stored.push({ table: table.name, n: kept.length, sum: kept.reduce((sum, id) => sum + id) })
  })

  it('is not found by another client after close(), the good ones are', async () => {
    expect(stored).toHaveLength(cases.length - refused)
    await tables.db.close()
    const counts = stored.map(
      ({ table }) => `SELECT count(*)::INT AS n, sum(id)::INT AS sum FROM ${nameOf(table)}`,
    )
    expect(await readEach(tables.path, counts)).toEqual(stored.map(({ n, sum }) => [{ n, sum }]))
  })
})

/** The rejection of the bad row at a place. */
function expectedOf(
  { rejection, filled = {}, hasKey }: Breach,
  table: Table,
  index: number,
  badRow: Row,
  isArray: boolean,
): Record<string, unknown> {
  const asWritten = asRead({ ...filled, ...badRow })
  const key = Object.fromEntries(table.key.map((name) => [name, asWritten[name]]))
  return {
    ...rejection,
    index,
    message: expect.any(String),
    row: isArray ? badRow : asWritten,
    ...(hasKey === true ? { key } : {}),
  }
}

/** Persists rows of which one is bad, and returns whether the others were written. */
async function checkWay(
  table: Table,
  { onConflict = 'error' }: Breach,
  rows: readonly Row[],
  expected: Readonly<Record<string, unknown>>,
  decision: Decision,
  isArray: boolean,
): Promise<boolean> {
  const asked: Rejection[] = []
  const decide = (rejection: Rejection) => {
    asked.push(rejection)
    return decision === 'skipping function' ? ('skip' as const) : ('abort' as const)
  }
  const onRowError = decision === 'abort' || decision === 'skip' ? decision : decide
  const isSkipped = decision === 'skip' || decision === 'skipping function'
  const call = persist(table, isArray ? rows : rows.values(), { onConflict, onRowError })
  if (isSkipped) {
    const receipt = await call
    expect(receipt).toMatchObject({ rows: 7, inserted: 6, updated: 0, ignored: 0, rejected: 1 })
    expect(receipt.rejections).toStrictEqual([expected])
    if (isArray) expect(receipt.rejections[0]?.row).toBe(expected.row)
  } else {
    expect(await rejectionOf(call)).toStrictEqual(expected)
  }
  expect(asked).toStrictEqual(typeof onRowError === 'string' ? [] : [expected])
  return isSkipped
}

/** Values as query() reads them from BIGINT and VARCHAR columns. */
function asRead(row: Row): Record<string, never> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]),
  ) as Record<string, never>
}
