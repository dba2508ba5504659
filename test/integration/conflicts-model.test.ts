import type {
  PersistenceError,
  PersistenceService,
  PersistOptions,
  QueryRow,
  Receipt,
  Rejection,
  Table,
} from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Conflict,
  ConflictModel,
  type GivenRow,
  type ModelCheck,
  type ModelForeignKey,
  type ModelRejection,
  type ModelTable,
  numbered,
} from '../support/conflict-model.js'
import { generatedCases } from '../support/generated-cases.js'
import { isHostile } from '../support/hostile-settings.js'
import { openForTest } from '../support/test-engine.js'

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await openForTest(':memory:', { threads: 1 })
  await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY, code VARCHAR, UNIQUE (id, code))')
  await db.run("INSERT INTO parent VALUES (0, 'a'), (1, 'b'), (2, 'c')")
  await db.run('CREATE SEQUENCE numbers START 1')
})
afterAll(() => db.close())

interface Kind extends ModelTable {
  /** What stands between the parentheses of CREATE TABLE; without it, `options` create the table. */
  readonly sql?: string
  readonly index?: string
  readonly options?: { columns?: Record<string, string>; key?: string[]; primaryKey?: string[] }
}

const integer = (name: string, more: object = {}) => ({ name, type: 'INTEGER', ...more }) as const
const text = (name: string, more: object = {}) => ({ name, type: 'VARCHAR', ...more }) as const
const key = (...columns: string[]) =>
  ({ code: 'duplicate-key', text: `KEY(${columns.join(', ')})`, columns, isOurs: true }) as const
const primary = (...columns: string[]) =>
  ({ code: 'duplicate-key', text: `PRIMARY KEY(${columns.join(', ')})`, columns }) as const
const unique = (...columns: string[]) =>
  ({ code: 'unique', text: `UNIQUE(${columns.join(', ')})`, columns }) as const
const required = { notNull: true }

const positive: ModelCheck = {
  text: 'CHECK((a > 0))',
  columns: ['a'],
  holds: ({ a = null }) => a === null || Number(a) > 0,
}
const ordered: ModelCheck = {
  text: 'CHECK((a <= b))',
  columns: ['a', 'b'],
  holds: ({ a = null, b = null }) => a === null || b === null || Number(a) <= Number(b),
}
const ofParent: ModelForeignKey = {
  text: 'FOREIGN KEY (p) REFERENCES parent(id)',
  columns: ['p'],
  parents: [[0], [1], [2]],
}
const ofParentPair: ModelForeignKey = {
  text: 'FOREIGN KEY (p, c) REFERENCES parent(id, code)',
  columns: ['p', 'c'],
  parents: [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ],
}

const kinds: Record<string, Kind> = {
  'a key of the library': {
    options: { columns: { id: 'INTEGER', a: 'INTEGER', t: 'VARCHAR' }, key: ['id'] },
    columns: [integer('id', required), integer('a'), text('t')],
    key: key('id'),
  },
  'a composite key of the library, and NOT NULL': {
    options: { columns: { a: 'INTEGER NOT NULL', t: 'VARCHAR', id: 'INTEGER' }, key: ['t', 'id'] },
    columns: [integer('a', required), text('t', required), integer('id', required)],
    key: key('t', 'id'),
  },
  'a primaryKey': {
    options: { columns: { id: 'INTEGER', a: 'INTEGER NOT NULL', t: 'VARCHAR' }, primaryKey: ['id'] },
    columns: [integer('id', required), integer('a', required), text('t')],
    key: primary('id'),
  },
  'PRIMARY KEY and UNIQUE': {
    sql: 'id INTEGER PRIMARY KEY, t VARCHAR UNIQUE, a INTEGER',
    columns: [integer('id', required), text('t'), integer('a')],
    key: primary('id'),
    uniques: [unique('t')],
  },
  'a composite PRIMARY KEY and two UNIQUE': {
    sql: 'id INTEGER, t VARCHAR, a INTEGER, b INTEGER, UNIQUE (a), PRIMARY KEY (id, t), UNIQUE (b, t)',
    columns: [integer('id', required), text('t', required), integer('a'), integer('b')],
    key: primary('id', 't'),
    uniques: [unique('a'), unique('b', 't')],
  },
  'UNIQUE only': {
    sql: 'a INTEGER, t VARCHAR UNIQUE, b INTEGER',
    columns: [integer('a'), text('t'), integer('b')],
    key: unique('t'),
  },
  'CHECK only, and a generated column': {
    sql: 'a INTEGER CHECK (a > 0), b INTEGER, sum INTEGER AS (a + b), CHECK (a <= b)',
    columns: [integer('a'), integer('b')],
    generated: { sum: ({ a = null, b = null }) => (a === null || b === null ? null : Number(a) + Number(b)) },
    checks: [positive, ordered],
  },
  'CHECK and PRIMARY KEY': {
    sql: 'id INTEGER PRIMARY KEY, b INTEGER NOT NULL, a INTEGER CHECK (a > 0), CHECK (a <= b)',
    columns: [integer('id', required), integer('b', required), integer('a')],
    checks: [positive, ordered],
    key: primary('id'),
  },
  'CHECK and a key of the library': {
    sql: 'id INTEGER, a INTEGER DEFAULT 1 CHECK (a > 0), b INTEGER DEFAULT 2, CHECK (a <= b)',
    options: { key: ['id'] },
    columns: [integer('id'), integer('a', { default: 1 }), integer('b', { default: 2 })],
    checks: [positive, ordered],
    key: key('id'),
  },
  'FOREIGN KEY and PRIMARY KEY': {
    sql: 'id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id), a INTEGER',
    columns: [integer('id', required), integer('p'), integer('a')],
    foreignKeys: [ofParent],
    key: primary('id'),
  },
  'two FOREIGN KEYs and a key of the library': {
    sql: `id INTEGER, p INTEGER DEFAULT 1 REFERENCES parent (id), c VARCHAR DEFAULT 'b',
      FOREIGN KEY (p, c) REFERENCES parent (id, code)`,
    options: { key: ['id'] },
    columns: [integer('id'), integer('p', { default: 1 }), text('c', { default: 'b' })],
    foreignKeys: [ofParent, ofParentPair],
    key: key('id'),
  },
  'DEFAULTs and a key of the library': {
    sql: "id INTEGER, a INTEGER DEFAULT 3, n INTEGER DEFAULT nextval('numbers'), t VARCHAR NOT NULL DEFAULT 'x'",
    options: { key: ['id'] },
    columns: [
      integer('id'),
      integer('a', { default: 3 }),
      integer('n', { default: numbered }),
      text('t', { default: 'x', notNull: true }),
    ],
    key: key('id'),
  },
  'DEFAULTs that do not hold, and PRIMARY KEY': {
    sql: `a INTEGER DEFAULT 0 CHECK (a > 0), id INTEGER PRIMARY KEY DEFAULT 2,
      t VARCHAR NOT NULL DEFAULT (NULL::VARCHAR), n INTEGER DEFAULT nextval('numbers')`,
    columns: [
      integer('a', { default: 0 }),
      integer('id', { default: 2, notNull: true }),
      text('t', { default: null, notNull: true }),
      integer('n', { default: numbered }),
    ],
    checks: [positive],
    key: primary('id'),
  },
  'DEFAULTs and no key': {
    sql: "a INTEGER DEFAULT 3, t VARCHAR DEFAULT 'x', b INTEGER NOT NULL, double INTEGER AS (2 * a)",
    columns: [integer('a', { default: 3 }), text('t', { default: 'x' }), integer('b', required)],
    generated: { double: ({ a = null }) => (a === null ? null : 2 * Number(a)) },
  },
  'a unique index on an expression, and PRIMARY KEY': {
    sql: 'id INTEGER PRIMARY KEY, t VARCHAR, a INTEGER',
    index: 'lower(t)',
    columns: [integer('id', required), text('t'), integer('a')],
    key: primary('id'),
    uniques: [
      {
        code: 'unique',
        text: 'UNIQUE INDEX "index" ((lower(t)))',
        columns: [],
        valuesOf: ({ t = null }) => [t === null ? null : String(t).toLowerCase()],
      },
    ],
  },
  'a unique index, and a key of the library': {
    sql: 't VARCHAR, a INTEGER, id INTEGER',
    index: 'a, t',
    options: { key: ['id'] },
    columns: [text('t'), integer('a'), integer('id')],
    key: key('id'),
    uniques: [{ code: 'unique', text: 'UNIQUE INDEX "index" (a, t)', columns: ['a', 't'] }],
  },
  'several UNIQUE, one of which is named as key': {
    sql: 't VARCHAR UNIQUE, a INTEGER, b INTEGER, UNIQUE (b, a)',
    options: { key: ['a', 'b'] },
    columns: [text('t'), integer('a'), integer('b')],
    key: unique('b', 'a'),
    uniques: [unique('t')],
  },
  'several UNIQUE and no key': {
    sql: 'a INTEGER UNIQUE, t VARCHAR UNIQUE, b INTEGER',
    columns: [integer('a'), text('t'), integer('b')],
    uniques: [unique('a'), unique('t')],
  },
  'constraints of every kind': {
    sql: `id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), b INTEGER NOT NULL DEFAULT 3, t VARCHAR UNIQUE,
      p INTEGER REFERENCES parent (id), n INTEGER DEFAULT nextval('numbers'), CHECK (a <= b)`,
    columns: [
      integer('id', required),
      integer('a'),
      integer('b', { notNull: true, default: 3 }),
      text('t'),
      integer('p'),
      integer('n', { default: numbered }),
    ],
    checks: [positive, ordered],
    foreignKeys: [ofParent],
    key: primary('id'),
    uniques: [unique('t')],
  },
}

interface Call {
  readonly rows: GivenRow[]
  readonly onConflict: Conflict
  readonly onRowError: 'abort' | 'skip' | readonly string[]
  readonly isGenerator: boolean
}

function anyValue({ type, notNull = false }: Kind['columns'][number]): fc.Arbitrary<unknown> {
  const good: fc.Arbitrary<unknown> =
    type === 'INTEGER' ? fc.integer({ min: 0, max: 3 }) : fc.constantFrom('a', 'A', 'b', 'c', 'x', '')
  return fc.oneof(
    { arbitrary: good, weight: 30 },
    { arbitrary: fc.constant(null), weight: notNull ? 1 : 4 },
    { arbitrary: fc.constant(type === 'INTEGER' ? 'one' : 1), weight: 1 },
  )
}

/** Rows that all carry every column, or all the same, or each its own. */
function callOf(kind: Kind): fc.Arbitrary<Call> {
  const names = kind.columns.map(({ name }) => name)
  const whole = fc.record(Object.fromEntries(kind.columns.map((column) => [column.name, anyValue(column)])))
  const rules = (kind.uniques?.length ?? 0) + (kind.key === undefined ? 0 : 1)
  return fc
    .record({
      rows: fc.array(fc.tuple(whole, fc.subarray(names)), { maxLength: 12, size: 'max' }),
      dropped: fc.subarray(names),
      carries: fc.constantFrom('all', 'all', 'same', 'mixed'),
      onConflict: fc.constantFrom<Conflict>(
        ...(kind.key === undefined ? [] : ['ignore' as const, 'update' as const, 'update' as const]),
        'error',
      ),
      onRowError: fc.oneof(
        { arbitrary: fc.constantFrom<Call['onRowError']>('skip'), weight: 3 },
        { arbitrary: fc.constantFrom<Call['onRowError']>('abort'), weight: 1 },
        {
          arbitrary: fc.subarray(['type', 'not-null', 'check', 'foreign-key', 'duplicate-key', 'unique'], {
            maxLength: 3,
          }),
          weight: 1,
        },
      ),
      isGenerator: fc.boolean(),
    })
    .map(({ rows, dropped, carries, ...call }) => {
      const isByRounds = call.onConflict === 'update' && carries === 'mixed'
      // Decided about by rounds, which with several unique rules is not one row after the other.
      const mustBeSame = isByRounds && rules > 1
      return {
        ...call,
        rows: rows.map(([row, own]) => {
          if (carries === 'all') return row
          if (carries === 'same' || mustBeSame) return without(row, dropped)
          return without(row, own)
        }),
      }
    })
}

/** In turns missing and undefined, which is the same. */
function without(row: GivenRow, names: readonly string[]): GivenRow {
  const entries = Object.entries(row).flatMap(([name, value]) => {
    if (!names.includes(name)) return [[name, value] as const]
    return name === 'a' ? [[name, undefined] as const] : []
  })
  return Object.fromEntries(entries)
}

async function createTable(name: string, { sql, index, options }: Kind) {
  if (sql !== undefined) await db.run(`CREATE TABLE ${name} (${sql})`)
  if (index !== undefined) await db.run(`CREATE UNIQUE INDEX index_of_${name} ON ${name} (${index})`)
  return db.table(name, options as never)
}

function toModel(
  { index, code, column, constraint, key: keyValues, conflictIndex }: Rejection,
  name: string,
) {
  const rejection: ModelRejection = {
    index,
    code,
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint: constraint.replace(`index_of_${name}`, 'index') }),
    ...(keyValues === undefined ? {} : { key: keyValues as never }),
    ...(conflictIndex === undefined ? {} : { conflictIndex }),
  }
  return rejection
}

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}

/** What calls are made by: the service, or a transaction on it. */
interface Caller {
  persist(table: Table, rows: Iterable<never>, options: PersistOptions): Promise<Receipt>
  query(sql: string): Promise<QueryRow[]>
}

/** @param isOver - Whether a call that rejects is the last one. */
async function checkCalls(
  { persist, query }: Caller,
  name: string,
  table: Table,
  model: ConflictModel,
  calls: readonly Call[],
  isOver: boolean,
): Promise<'done' | 'aborted'> {
  for (const { rows, onConflict, onRowError, isGenerator } of calls) {
    const decide =
      typeof onRowError === 'string'
        ? onRowError
        : ({ code }: { code: string }) => (onRowError.includes(code) ? 'abort' : 'skip')
    const expected = model.persist(rows, onConflict, decide)
    const given = isGenerator ? rows.values() : rows
    const options = { onConflict, onRowError: decide }
    const outcome = await persist(table, given as Iterable<never>, options).catch((error: unknown) => error)
    if ('aborted' in expected) {
      expect(outcome).toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
      const { rejection } = outcome as PersistenceError
      expect(toModel(rejection as Rejection, name)).toEqual(expected.aborted)
      if (isOver) return 'aborted'
    } else {
      if (outcome instanceof Error) throw outcome
      const receipt = outcome as Receipt
      const { inserted, updated, ignored, rejected, rejections } = receipt
      expect({
        inserted,
        updated,
        ignored,
        rejections: rejections.map((rejection) => toModel(rejection, name)),
      }).toEqual(expected)
      expect(rejected).toBe(expected.rejections.length)
      expect(receipt.rows).toBe(rows.length)
      if (!isGenerator) for (const { index, row } of rejections) expect(row).toBe(rows[index])
    }
    const actual = await query(`SELECT * FROM ${name}`)
    model.adopt(actual)
    expect(sorted(actual)).toEqual(sorted(model.rows))
  }
  return 'done'
}

const alone: Caller = {
  persist: (target, rows, options) => target.persist(rows, options),
  query: (sql) => db.query(sql),
}

async function checkAlone(kind: Kind, calls: readonly Call[]): Promise<void> {
  const name = `t${++tables}`
  const table = await createTable(name, kind)
  await checkCalls(alone, name, table, new ConflictModel(kind), calls, false)
  await db.run(`DROP TABLE ${name}`)
}

/** The first call is committed by itself. */
async function checkTransaction(kind: Kind, [first, ...calls]: readonly Call[]): Promise<void> {
  const name = `t${++tables}`
  const table = await createTable(name, kind)
  const sql = `SELECT * FROM ${name}`
  const model = new ConflictModel(kind)
  if (first !== undefined) await checkCalls(alone, name, table, model, [first], false)
  const ends: string[] = []
  let expected = await db.query(sql)
  const work = db.transaction(async (tx) => {
    const caller: Caller = {
      persist: (target, rows, options) => tx.persist(target, rows, options),
      query: (text) => tx.query(text),
    }
    ends.push(await checkCalls(caller, name, table, model, calls, true))
    if (ends.includes('done')) expected = await tx.query(sql)
  })
  const error = await work.catch((reason: unknown) => reason)
  if (ends.includes('aborted')) expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
  else if (error !== undefined) throw error
  expect(sorted(await db.query(sql))).toEqual(sorted(expected))
  await db.run(`DROP TABLE ${name}`)
}

describe.each([
  ['persist()', checkAlone, isHostile ? 2 : 4, isHostile ? 1 : 2],
  ['persist() of a transaction', checkTransaction, isHostile ? 1 : 3, 1],
] as const)('%s does with rows what a row after the other would have done', (_, check, cases, few) => {
  it.each(Object.keys(kinds))(
    'to a table with %s',
    async (title) => {
      const kind = kinds[title] as Kind
      const calls = fc.array(callOf(kind), { minLength: 1, maxLength: 4, size: 'max' })
      await fc.assert(
        fc.asyncProperty(calls, (some) => check(kind, some)),
        generatedCases(cases, few),
      )
    },
    600_000,
  )
})
