import type { PersistenceError, PersistenceService, Receipt, Table } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openForTest } from '../support/hostile-settings.js'
import { type GivenRow, type Outcome, RowByRow } from '../support/row-by-row.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
let db: PersistenceService
let oracle: RowByRow
let tables = 0

beforeAll(async () => {
  db = await openForTest(newDatabase(folder))
  oracle = await RowByRow.create()
})
afterAll(async () => {
  oracle.close()
  await db.close()
})

interface Kind {
  /** SQL of the columns and constraints of the table `$t`. */
  readonly sql: string
  /** Statements that make indexes of it. */
  readonly indexes?: readonly string[]
  /** Another table, which refers to `$t`: its columns, and what of `$t` they refer to. */
  readonly child?: { readonly sql: string; readonly of: string }
  /** A key of the library, or the columns of the one that is meant. */
  readonly key?: readonly string[]
  /** What rows carry beside `id`. */
  readonly columns: Readonly<Record<string, 'letter' | 'number'>>
  /** True where rows that carry different columns are decided about by rounds, which is not one after the other. */
  readonly isByRounds?: true
  /** The columns by which rows refer to rows of their own table, which DuckDB takes otherwise within a transaction. */
  readonly own?: readonly string[]
}

const id = { sql: 'p INTEGER REFERENCES $t (id)', of: 'id' }
const plain = { code: 'letter', n: 'number' } as const

const kinds: Record<string, Kind> = {
  'PRIMARY KEY only': { sql: 'id INTEGER PRIMARY KEY, code VARCHAR, n INTEGER', child: id, columns: plain },
  UNIQUE: {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, n INTEGER',
    child: id,
    columns: plain,
    isByRounds: true,
  },
  'UNIQUE of several columns': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, a INTEGER, n INTEGER, UNIQUE (code, a)',
    child: id,
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'a plain index': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, n INTEGER',
    indexes: ['CREATE INDEX $t_index ON $t (code)'],
    child: id,
    columns: plain,
  },
  'a unique index': {
    sql: 'n INTEGER DEFAULT 3, id INTEGER PRIMARY KEY, code VARCHAR, a INTEGER',
    indexes: ['CREATE UNIQUE INDEX $t_index ON $t (a, code)'],
    child: id,
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'indexes on expressions': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, "lower" INTEGER, n INTEGER, a INTEGER',
    indexes: [
      'CREATE UNIQUE INDEX $t_index ON $t ((lower(code) || $t."n"))',
      'CREATE INDEX $t_other ON $t ((a % 2))',
    ],
    child: id,
    columns: { ...plain, a: 'number', lower: 'number' },
    isByRounds: true,
  },
  'an index on a generated column': {
    sql: 'id INTEGER PRIMARY KEY, a INTEGER, g INTEGER AS (a + 1), h INTEGER AS (2 * a), n INTEGER, code VARCHAR',
    indexes: ['CREATE UNIQUE INDEX $t_index ON $t (h)'],
    child: id,
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'a CHECK on the key': {
    sql: 'id INTEGER PRIMARY KEY, n INTEGER CHECK (n > -1 OR n < -5), code VARCHAR, CHECK (n <= id + 3)',
    child: id,
    columns: plain,
  },
  'a CHECK on what is not indexed': {
    sql: 'id INTEGER PRIMARY KEY, n INTEGER, a INTEGER, code VARCHAR UNIQUE, CHECK (n <= a + 1)',
    child: id,
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'a reference to UNIQUE columns': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, a INTEGER, n INTEGER, UNIQUE (code, a)',
    child: { sql: 'x VARCHAR, y INTEGER, FOREIGN KEY (x, y) REFERENCES $t (code, a)', of: 'code, a' },
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'a UNIQUE key': {
    sql: 'n INTEGER, id INTEGER UNIQUE, code VARCHAR',
    indexes: ['CREATE INDEX $t_index ON $t (code)'],
    child: id,
    columns: plain,
  },
  'a composite key': {
    sql: 'code VARCHAR, n INTEGER, id INTEGER, a INTEGER UNIQUE, PRIMARY KEY (code, id)',
    child: { sql: 'x VARCHAR, y INTEGER, FOREIGN KEY (x, y) REFERENCES $t (code, id)', of: 'code, id' },
    key: ['code', 'id'],
    columns: { ...plain, a: 'number' },
    isByRounds: true,
  },
  'a key of the library and UNIQUE': {
    sql: 'id INTEGER, code VARCHAR UNIQUE, n INTEGER',
    child: { sql: 'x VARCHAR REFERENCES $t (code)', of: 'code' },
    key: ['id'],
    columns: plain,
    isByRounds: true,
  },
  'a key of the library and a plain index': {
    sql: 'id INTEGER, code VARCHAR, n INTEGER DEFAULT 4',
    indexes: ['CREATE INDEX $t_index ON $t (code)'],
    key: ['id'],
    columns: plain,
  },
  'a key of the library and a FOREIGN KEY': {
    sql: 'id INTEGER, code VARCHAR, n INTEGER REFERENCES other (id)',
    key: ['id'],
    columns: plain,
  },
  'a FOREIGN KEY, and referred to': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, n INTEGER REFERENCES other (id)',
    child: id,
    columns: plain,
  },
}

/** Of tables that refer to themselves; `n` is such a reference. */
const ownKinds: Record<string, Kind> = {
  'a FOREIGN KEY to itself': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR, n INTEGER REFERENCES $t (id)',
    columns: plain,
    isByRounds: true,
    own: ['n'],
  },
  'a FOREIGN KEY to itself, UNIQUE and referred to': {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, n INTEGER REFERENCES $t (id), a INTEGER',
    child: id,
    columns: { ...plain, a: 'number' },
    isByRounds: true,
    own: ['n'],
  },
  'FOREIGN KEYs to its UNIQUE columns': {
    sql: `id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, a INTEGER, n INTEGER, c VARCHAR REFERENCES $t (code),
      UNIQUE (a), FOREIGN KEY (n) REFERENCES $t (a)`,
    columns: { ...plain, a: 'number', c: 'letter' },
    isByRounds: true,
    own: ['n', 'c'],
  },
  'a key of the library and a FOREIGN KEY to its UNIQUE column': {
    sql: 'id INTEGER, code VARCHAR, a INTEGER UNIQUE, n INTEGER REFERENCES $t (a)',
    key: ['id'],
    columns: { ...plain, a: 'number' },
    isByRounds: true,
    own: ['n'],
  },
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

interface Call {
  readonly rows: readonly GivenRow[]
  readonly onRowError: 'abort' | 'skip'
}

function callOf({ columns, isByRounds, key = ['id'] }: Kind): fc.Arbitrary<Call> {
  const names = Object.keys(columns).filter((name) => !key.includes(name))
  const value = (name: string) => {
    const some: fc.Arbitrary<string | number> =
      columns[name] === 'letter' ? fc.constantFrom(...letters) : fc.integer({ min: 0, max: 4 })
    return key.includes(name) ? some : fc.option(some, { freq: 8 })
  }
  const whole = fc.record({
    id: fc.integer({ min: 0, max: 6 }),
    ...Object.fromEntries(Object.keys(columns).map((name) => [name, value(name)])),
  }) as fc.Arbitrary<GivenRow>
  return fc
    .record({
      rows: fc.array(fc.tuple(whole, fc.subarray(names)), { minLength: 1, maxLength: 10, size: 'max' }),
      dropped: fc.subarray(names),
      isMixed: fc.constantFrom(false, isByRounds !== true),
      onRowError: fc.constantFrom<Call['onRowError']>('skip', 'skip', 'abort'),
    })
    .map(({ rows, dropped, isMixed, onRowError }) => ({
      onRowError,
      rows: rows.map(([row, own]) => without(row, isMixed ? own : dropped)),
    }))
}

function without(row: GivenRow, names: readonly string[]): GivenRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}

interface Case {
  readonly calls: readonly Call[]
  readonly stored: readonly number[]
  /** Which of the stored rows others refer to before each call. */
  readonly referred: readonly (readonly number[])[]
}

function caseOf(kind: Kind): fc.Arbitrary<Case> {
  return fc.record({
    calls: fc.array(callOf(kind), { minLength: 1, maxLength: 3, size: 'max' }),
    stored: fc.subarray([0, 1, 2, 3, 4], { minLength: 2 }),
    referred: fc.array(fc.subarray([0, 1, 2, 3, 4]), { minLength: 3, maxLength: 3 }),
  })
}

/** A table of the service and one of the oracle's that are the same. */
async function createTables(name: string, kind: Kind, { stored, referred }: Case): Promise<Table> {
  const columns = Object.keys(kind.columns)
  const own = kind.own ?? []
  const initial = (column: string, at = 0) => (kind.columns[column] === 'letter' ? `'${letters[at]}'` : at)
  const rows = stored.map((at) => {
    const values = columns.map((column) => (own.includes(column) ? 'NULL' : initial(column, at)))
    return `(${[at, ...values].join(', ')})`
  })
  // To the first row of all, which refers to none.
  const referring = stored.slice(1).filter((at) => own.length > 0 && referred[0]?.includes(at))
  const references = own.map((column) => `${column} = ${initial(column, stored[0])}`).join(', ')
  const statements = [
    'CREATE TABLE IF NOT EXISTS other (id INTEGER PRIMARY KEY)',
    'INSERT OR IGNORE INTO other VALUES (0), (1), (2), (3), (4)',
    `CREATE TABLE ${name} (${kind.sql})`,
    ...(kind.indexes ?? []),
    ...(kind.child === undefined ? [] : [`CREATE TABLE ${name}_child (${kind.child.sql})`]),
    `INSERT INTO ${name} (id, ${columns.join(', ')}) VALUES ${rows.join(', ')}`,
    ...referring.map((at) => `UPDATE ${name} SET ${references} WHERE id = ${at}`),
  ]
  await runOnBoth(name, statements)
  return (await db.table(name, { key: kind.key ?? ['id'] } as never)) as Table
}

async function runOnBoth(name: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const sql = statement.replaceAll('$t', name)
    await oracle.run(sql)
    await db.run(sql)
  }
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()

async function upsert(table: Table, { rows, onRowError }: Call): Promise<Receipt | PersistenceError> {
  try {
    return await table.persist(rows, { onConflict: 'update' as never, onRowError })
  } catch (error) {
    if ((error as PersistenceError).code === 'PERSIST_ROW_REJECTED') return error as PersistenceError
    throw error
  }
}

async function checkCase(kind: Kind, some: Case): Promise<void> {
  const name = `t${++tables}`
  const key = kind.key ?? ['id']
  const { calls, referred } = some
  const table = await createTables(name, kind, some)
  const write = (target: string, rows: readonly GivenRow[]): Promise<Outcome> =>
    kind.own !== undefined
      ? oracle.upsertInOneTransaction(target, key, rows)
      : oracle.upsert(target, key, rows)
  for (const [index, call] of calls.entries()) {
    if (kind.child !== undefined) {
      const ids = [-1, ...(referred[index] ?? [])].join(', ')
      await runOnBoth(name, [
        `DELETE FROM ${name}_child`,
        `INSERT INTO ${name}_child SELECT ${kind.child.of} FROM ${name} WHERE id IN (${ids})`,
      ])
    }
    const before = await oracle.read(`SELECT * FROM ${name}`)
    const expected = await write(name, call.rows)
    const outcome = await upsert(table, call)
    if (outcome instanceof Error) {
      expect(call.onRowError).toBe('abort')
      expect(outcome.rejection?.index).toBe(expected.rejected[0])
      expect(sorted(await db.query(`SELECT * FROM ${name}`))).toEqual(sorted(before))
      break
    }
    const { inserted, updated, ignored, rejections } = outcome
    expect({ inserted, updated, rejected: rejections.map((rejection) => rejection.index) }).toEqual(expected)
    expect(ignored).toBe(0)
    const actual = await db.query(`SELECT * FROM ${name}`)
    expect(sorted(actual)).toEqual(sorted(await oracle.read(`SELECT * FROM ${name}`)))
  }
  if (kind.child !== undefined) await runOnBoth(name, [`DROP TABLE ${name}_child`])
  await runOnBoth(name, [`DROP TABLE ${name}`])
}

/** Of each kind of table; some hundreds find what is rare. */
const runs = Number(process.env.CONFLICT_RUNS ?? 40)

const every = { ...kinds, ...ownKinds }

describe('an upsert does what DuckDB does with a statement per row, one after the other', () => {
  it.each(Object.keys(every))(
    'on a table with %s',
    async (title) => {
      const kind = every[title] as Kind
      await fc.assert(
        fc.asyncProperty(caseOf(kind), (some) => checkCase(kind, some)),
        { numRuns: runs },
      )
    },
    600_000,
  )
})
