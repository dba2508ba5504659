/** A kind of table that rows are upserted to. */
export interface UpsertKind {
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

const otherKinds: Record<string, UpsertKind> = {
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
const ownKinds: Record<string, UpsertKind> = {
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

export const upsertKinds: Readonly<Record<string, UpsertKind>> = { ...otherKinds, ...ownKinds }
