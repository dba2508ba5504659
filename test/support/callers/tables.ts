import fc from 'fast-check'
import {
  type ModelCheck,
  type ModelForeignKey,
  type ModelReference,
  type ModelTable,
  type ModelUnique,
  numbered,
} from '../conflict-model.js'

type Values = ReturnType<ModelValuesOf>
/** The values that rows of a table have now of some of its columns. */
type ModelValuesOf = (table: string, columns: readonly string[]) => (readonly (number | string | null)[])[]

/** A table that callers of the model test write to. All have a column `call`, for the number of the call. */
export interface CallersTable {
  /** What stands between the parentheses of CREATE TABLE; without it, `options` create the table. */
  readonly sql?: string
  readonly options?: { columns?: Record<string, string>; key?: string[]; primaryKey?: string[] }
  model(valuesOf: ModelValuesOf): ModelTable
  /** What good rows have in each column but `call`. */
  readonly values: Readonly<Record<string, fc.Arbitrary<number | string | null>>>
  /** Whether statements of SQL change rows too, by their `id`. */
  readonly isChangedBySql?: true
  /** Whether rows that carry different columns are decided about by rounds, which is not one after the other. */
  readonly isByRounds?: true
}

const call = { name: 'call', type: 'INTEGER' } as const
const integer = (name: string, more: object = {}) => ({ name, type: 'INTEGER', ...more }) as const
const bigint = (name: string, more: object = {}) => ({ name, type: 'BIGINT', ...more }) as const
const text = (name: string, more: object = {}) => ({ name, type: 'VARCHAR', ...more }) as const
const required = { notNull: true }

const key = (...columns: string[]): ModelUnique & { isOurs: true } => ({
  code: 'duplicate-key',
  text: `KEY(${columns.join(', ')})`,
  columns,
  isOurs: true,
})
const primary = (column: string): ModelUnique => ({
  code: 'duplicate-key',
  text: `PRIMARY KEY(${column})`,
  columns: [column],
})
const unique = (column: string): ModelUnique => ({
  code: 'unique',
  text: `UNIQUE(${column})`,
  columns: [column],
})
const positive: ModelCheck = {
  text: 'CHECK((a > 0))',
  columns: ['a'],
  holds: ({ a = null }) => a === null || Number(a) > 0,
}

function foreignKey(column: string, table: string, valuesOf: ModelValuesOf): ModelForeignKey {
  return {
    text: `FOREIGN KEY (${column}) REFERENCES ${table}(id)`,
    columns: [column],
    get parents(): Values {
      return valuesOf(table, ['id'])
    },
  }
}

function reference(column: string, table: string, own: string, valuesOf: ModelValuesOf): ModelReference {
  return {
    text: `FOREIGN KEY (${column}) REFERENCES ${own}(id)`,
    referenced: ['id'],
    get children(): Values {
      return valuesOf(table, [column])
    },
  }
}

const ids = fc.integer({ min: 0, max: 4 })
const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 8 })
const numbers = orNull(fc.integer({ min: 0, max: 9 }))
const letters = orNull(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
/** Some of them in the heap of a batch, and some as large as a part of it. */
const texts = orNull(
  fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('', 'short', 'longer than what is inlined', 'é\u0000🦆') },
    { weight: 1, arbitrary: fc.constant('large'.repeat(12_000)) },
  ),
)
const words = fc.constantFrom(
  ...['', 'a', 'A', 'b', 'é', 'more than twelve bytes: 1', 'more than twelve bytes: 2', 'a\u0000'],
)

const all = {
  plain: {
    options: { columns: { id: 'BIGINT NOT NULL', t: 'VARCHAR', call: 'INTEGER' } },
    model: () => ({ columns: [bigint('id', required), text('t'), call] }),
    values: { id: ids, t: texts },
    isChangedBySql: true,
  },
  plain_with_defaults: {
    sql: "id INTEGER NOT NULL, t VARCHAR DEFAULT 'x', a INTEGER DEFAULT 3, call INTEGER",
    model: () => ({
      columns: [integer('id', required), text('t', { default: 'x' }), integer('a', { default: 3 }), call],
    }),
    values: { id: ids, t: letters, a: numbers },
  },
  by_bigint: {
    options: { columns: { id: 'BIGINT', a: 'INTEGER', t: 'VARCHAR', call: 'INTEGER' }, key: ['id'] },
    model: () => ({
      columns: [bigint('id', required), integer('a'), text('t'), call],
      key: key('id'),
    }),
    values: { id: ids, a: numbers, t: texts },
    isChangedBySql: true,
  },
  by_text: {
    options: { columns: { a: 'INTEGER NOT NULL', id: 'VARCHAR', call: 'INTEGER' }, key: ['id'] },
    model: () => ({ columns: [integer('a', required), text('id', required), call], key: key('id') }),
    values: { a: fc.integer({ min: 0, max: 9 }), id: words },
    isChangedBySql: true,
  },
  by_pair: {
    options: {
      columns: { n: 'INTEGER', a: 'INTEGER', name: 'VARCHAR', call: 'INTEGER' },
      key: ['name', 'n'],
    },
    model: () => ({
      columns: [integer('n', required), integer('a'), text('name', required), call],
      key: key('name', 'n'),
    }),
    values: { n: fc.integer({ min: 0, max: 2 }), a: numbers, name: fc.constantFrom('a', 'b', '') },
  },
  by_double: {
    options: { columns: { id: 'DOUBLE', a: 'INTEGER', call: 'INTEGER' }, key: ['id'] },
    model: () => ({
      columns: [{ name: 'id', type: 'DOUBLE', notNull: true }, integer('a'), call],
      key: key('id'),
    }),
    values: { id: fc.constantFrom(0, -0, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY), a: numbers },
  },
  numbered_by_key: {
    sql: "id INTEGER, seq INTEGER DEFAULT nextval('numbers'), a INTEGER, call INTEGER",
    options: { key: ['id'] },
    model: () => ({
      columns: [integer('id'), integer('seq', { default: numbered }), integer('a'), call],
      key: key('id'),
    }),
    values: { id: ids, a: numbers },
  },
  numbered_by_primary: {
    sql: "id INTEGER PRIMARY KEY, a INTEGER, seq INTEGER DEFAULT nextval('numbers'), call INTEGER",
    model: () => ({
      columns: [integer('id', required), integer('a'), integer('seq', { default: numbered }), call],
      key: primary('id'),
    }),
    values: { id: ids, a: numbers },
    isChangedBySql: true,
  },
  by_primary: {
    options: { columns: { id: 'BIGINT', t: 'VARCHAR', call: 'INTEGER' }, primaryKey: ['id'] },
    model: () => ({ columns: [bigint('id', required), text('t'), call], key: primary('id') }),
    values: { id: ids, t: texts },
    isChangedBySql: true,
  },
  constrained: {
    sql: `id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, a INTEGER NOT NULL DEFAULT 3 CHECK (a > 0), t VARCHAR,
      call INTEGER`,
    model: () => ({
      columns: [
        integer('id', required),
        text('code'),
        integer('a', { notNull: true, default: 3 }),
        text('t'),
        call,
      ],
      checks: [positive],
      key: primary('id'),
      uniques: [unique('code')],
    }),
    values: { id: ids, code: letters, a: fc.integer({ min: 0, max: 9 }), t: texts },
    isByRounds: true,
  },
  by_code: {
    sql: 'a INTEGER DEFAULT 0 CHECK (a > 0), code VARCHAR UNIQUE, call INTEGER NOT NULL',
    model: () => ({
      columns: [integer('a', { default: 0 }), text('code'), { ...call, ...required }],
      checks: [positive],
      key: unique('code'),
    }),
    values: { a: fc.integer({ min: 0, max: 9 }), code: letters },
  },
  parent: {
    sql: 'id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, a INTEGER, call INTEGER',
    model: (valuesOf) => ({
      columns: [integer('id', required), text('code'), integer('a'), call],
      key: primary('id'),
      uniques: [unique('code')],
      references: [reference('p', 'child', 'parent', valuesOf)],
      bound: ['code'],
    }),
    values: { id: ids, code: letters, a: numbers },
    isByRounds: true,
  },
  child: {
    sql: 'id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id), a INTEGER CHECK (a > 0), call INTEGER',
    model: (valuesOf) => ({
      columns: [integer('id', required), integer('p'), integer('a'), call],
      key: primary('id'),
      checks: [positive],
      foreignKeys: [foreignKey('p', 'parent', valuesOf)],
      references: [reference('c', 'grandchild', 'child', valuesOf)],
      bound: ['p'],
    }),
    values: { id: ids, p: orNull(ids), a: numbers },
  },
  grandchild: {
    sql: 'id INTEGER, c INTEGER REFERENCES child (id), call INTEGER',
    options: { key: ['id'] },
    model: (valuesOf) => ({
      columns: [integer('id'), integer('c'), call],
      key: key('id'),
      foreignKeys: [foreignKey('c', 'child', valuesOf)],
    }),
    values: { id: ids, c: orNull(ids) },
  },
  node: {
    sql: 'id INTEGER PRIMARY KEY, p INTEGER REFERENCES node (id), a INTEGER, call INTEGER',
    model: () => ({
      columns: [integer('id', required), integer('p'), integer('a'), call],
      key: primary('id'),
      foreignKeys: [
        { text: 'FOREIGN KEY (p) REFERENCES node(id)', columns: ['p'], parents: { own: ['id'] } },
      ],
      bound: ['p'],
    }),
    values: { id: ids, p: orNull(ids), a: numbers },
    isByRounds: true,
  },
} as const satisfies Record<string, CallersTable>

export type TableName = keyof typeof all

/** In an order in which they can be created. */
export const callersTables: Readonly<Record<TableName, CallersTable>> = all
