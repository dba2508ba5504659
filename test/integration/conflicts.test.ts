import type { PersistenceError, PersistenceService, PersistOptions, Rejection, Table } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openForTest } from '../support/hostile-settings.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await openForTest(path)
  await db.run('CREATE TABLE parent (id BIGINT PRIMARY KEY)')
  await db.run('INSERT INTO parent VALUES (1), (2)')
})
afterAll(() => db.close())

type Row = Readonly<Record<string, unknown>>
type Options = Omit<PersistOptions, 'onConflict'> & { readonly onConflict?: 'error' | 'ignore' | 'update' }
type Definition = { columns?: Record<string, string>; key?: string[]; primaryKey?: string[] }

/** A table of its own: by SQL, by a definition, or a `key` on what SQL has made. */
async function createTable(sql: string | undefined, definition?: Definition): Promise<Table> {
  const name = `t${++tables}`
  if (sql !== undefined) await db.run(`CREATE TABLE ${name} (${sql})`)
  return (await db.table(name, definition as never)) as Table
}

const persist = (table: Table, rows: Iterable<Row>, options: Options = {}) =>
  table.persist(rows, options as PersistOptions)

const read = ({ name }: Table, select = '*') =>
  db.query(`SELECT ${select} FROM ${name} ORDER BY ALL ASC NULLS LAST`)

async function rejectionOf(call: Promise<unknown>): Promise<Rejection | undefined> {
  const error: unknown = await call.catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
  return (error as PersistenceError).rejection
}

const codes = (rejections: readonly Rejection[]) => rejections.map(({ index, code }) => [index, code])

interface Breach {
  readonly sql?: string
  readonly definition?: Definition
  readonly onConflict?: 'update'
  readonly good: (id: number) => Row
  /** @param held - `good(held)` has what this one must not have too. */
  readonly bad: (id: number, held: number) => Row
  readonly rejection: Partial<Rejection>
  /** The columns of the bad row that it does not carry, as they would be written. */
  readonly filled?: Row
  readonly hasKey?: true
  readonly isConflict?: true
}

const breaches: Record<string, Breach> = {
  'NOT NULL by a DEFAULT that is NULL': {
    sql: 'id BIGINT, a BIGINT NOT NULL DEFAULT (NULL::BIGINT)',
    good: (id) => ({ id, a: 1 }),
    bad: (id) => ({ id }),
    rejection: { code: 'not-null', column: 'a', constraint: '"a" NOT NULL' },
    filled: { a: null },
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

  it.each(cases)('that breaks %s, by the %s, is told of wherever it stands', async (title, by) => {
    const {
      sql,
      definition,
      onConflict = 'error',
      good,
      bad,
      hasKey,
      filled = {},
      ...rest
    } = breaches[title] as Breach
    for (const place of [by === 'call' ? 1 : 0, 3, 6]) {
      const ids = [10, 11, 12, 13, 14, 15, 16]
      const rows = ids.map((id, at) => (at === place ? bad(id, by === 'call' ? 10 : seed) : good(id)))
      const others = ids.filter((_, at) => at !== place)
      const badRow = rows[place] as Row
      for (const source of ['array', 'generator']) {
        const asWritten = asRead({ ...filled, ...badRow })
        const expected: Record<string, unknown> = {
          ...rest.rejection,
          index: place,
          message: expect.any(String),
          row: source === 'array' ? badRow : asWritten,
          ...(by === 'call' ? { conflictIndex: 0 } : {}),
        }
        for (const decision of ['abort', 'skip', 'aborting function', 'skipping function']) {
          const table = await createTable(sql, definition)
          if (hasKey === true) {
            expected.key = Object.fromEntries(table.key.map((name) => [name, asWritten[name]]))
          }
          await persist(table, [good(seed)])
          const asked: Rejection[] = []
          const decide = (rejection: Rejection) => {
            asked.push(rejection)
            return decision === 'skipping function' ? ('skip' as const) : ('abort' as const)
          }
          const onRowError = decision === 'abort' || decision === 'skip' ? decision : decide
          const call = persist(table, source === 'array' ? rows : rows.values(), { onConflict, onRowError })
          const kept = [seed]
          if (onRowError === 'abort' || decision === 'aborting function') {
            expect(await rejectionOf(call)).toStrictEqual(expected)
          } else {
            const receipt = await call
            expect(receipt).toMatchObject({ rows: 7, inserted: 6, updated: 0, ignored: 0, rejected: 1 })
            expect(receipt.rejections).toStrictEqual([expected])
            if (source === 'array') expect(receipt.rejections[0]?.row).toBe(badRow)
            kept.push(...others)
          }
          expect(asked).toStrictEqual(typeof onRowError === 'string' ? [] : [expected])
          stored.push({ table: table.name, n: kept.length, sum: kept.reduce((sum, id) => sum + id) })
        }
      }
    }
  })

  it('is not found by another client after close(), the good ones are', async () => {
    expect(stored).toHaveLength(cases.length * 24)
    await db.close()
    const counts = stored.map(
      ({ table }) => `SELECT '${table}' AS "table", count(*)::INT AS n, sum(id)::INT AS sum FROM ${table}`,
    )
    const found = await readDatabase(path, `${counts.join(' UNION ALL ')} ORDER BY "table"`)
    expect(found).toEqual(stored.sort((left, right) => (left.table < right.table ? -1 : 1)))
    db = await openForTest(path)
  })
})

/** Values as query() reads them from BIGINT and VARCHAR columns. */
function asRead(row: Row): Record<string, never> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]),
  ) as Record<string, never>
}

describe('many bad rows', () => {
  const constraint = 'id BIGINT PRIMARY KEY, a INTEGER CHECK (a > 0)'
  /** Of five rows in turn: two good ones, one for the CHECK, one that has no INTEGER, one whose key is taken. */
  function* rows(count: number): Generator<Row> {
    for (let id = 0; id < count; id++) {
      const kind = id % 5
      yield { id: kind === 4 ? id - 4 : id, a: kind === 2 ? 0 : kind === 3 ? 'one' : 1 }
    }
  }

  it('are counted all, and told of as far as maxRejections', async () => {
    const table = await createTable(constraint)
    const receipt = await persist(table, rows(5000), { onRowError: 'skip' })
    expect(receipt).toMatchObject({ rows: 5000, inserted: 2000, rejected: 3000 })
    expect(receipt.rejections).toHaveLength(1000)
    expect(await read(table, 'count(*)::INT AS n')).toEqual([{ n: 2000 }])
    const none = await persist(table, rows(50), { onRowError: 'skip', maxRejections: 0 })
    expect(none).toMatchObject({ inserted: 0, rejected: 50, rejections: [] })
  })

  it('are told of in the order of the rows, whoever found them', async () => {
    const table = await createTable(constraint)
    const { rejections } = await persist(table, rows(1500), { onRowError: 'skip', maxRejections: 600 })
    const expected = Array.from({ length: 600 }, (_, at) => {
      const index = 5 * Math.floor(at / 3) + 2 + (at % 3)
      return [index, ['check', 'type', 'duplicate-key'][at % 3]]
    })
    expect(codes(rejections)).toEqual(expected)
    // The index is of the rows as they were given, those that could not be encoded included.
    expect(rejections.slice(2, 6).map(({ conflictIndex }) => conflictIndex)).toEqual([
      0,
      undefined,
      undefined,
      5,
    ])
  })

  it.each([
    ['a key of the library', undefined, { columns: { id: 'BIGINT', a: 'INTEGER' }, key: ['id'] }],
    ['PRIMARY KEY', constraint, undefined],
  ] as const)('end the call with the first of them, on a table with %s', async (_, sql, definition) => {
    const table = await createTable(sql, definition as never)
    const duplicate = [
      { id: 1, a: 1 },
      { id: 1, a: 2 },
      { id: 2, a: 3 },
      { id: 3, a: 'one' },
    ]
    expect(await rejectionOf(persist(table, duplicate))).toMatchObject({ index: 1, code: 'duplicate-key' })
    const later = [
      { id: 1, a: 1 },
      { id: 3, a: 'one' },
      { id: 1, a: 2 },
    ]
    expect(await rejectionOf(persist(table, later))).toMatchObject({ index: 1, code: 'type' })
    expect(await rejectionOf(persist(table, later.values()))).toMatchObject({ index: 1, code: 'type' })
    expect(await read(table)).toEqual([])
  })

  it('are asked about one by one, and end the call when the function says so', async () => {
    const table = await createTable(constraint)
    const asked: (number | string)[][] = []
    const skipping = ({ index, code }: Rejection) => {
      asked.push([index, code])
      return 'skip' as const
    }
    const options = { onRowError: skipping, maxRejections: 1 }
    const receipt = await persist(table, rows(4000), options)
    expect(receipt).toMatchObject({ inserted: 1600, rejected: 2400 })
    expect(receipt.rejections).toHaveLength(1)
    expect(asked).toHaveLength(2400)
    expect(new Set(asked.map(([index]) => index)).size).toBe(2400)

    const other = await createTable(constraint)
    let count = 0
    const aborting = () => (++count === 2399 ? ('abort' as const) : ('skip' as const))
    const last = await rejectionOf(persist(other, rows(4000), { onRowError: aborting }))
    expect(last).toMatchObject({ index: 3997, code: 'check' })
    expect(count).toBe(2399)
    expect(await read(other)).toEqual([])
    expect(await persist(other, [{ id: 1, a: 1 }])).toMatchObject({ inserted: 1 })
  })

  it('reject the call with what the function throws', async () => {
    const table = await createTable(constraint)
    const thrown = new Error('callback')
    const throwing = () => {
      throw thrown
    }
    const call = persist(
      table,
      [
        { id: 1, a: 1 },
        { id: 1, a: 1 },
      ],
      { onRowError: throwing },
    )
    await expect(call).rejects.toBe(thrown)
    expect(await read(table)).toEqual([])
  })

  it('that break several rules are rejected for the first', async () => {
    const sql = `id BIGINT PRIMARY KEY, n INTEGER NOT NULL DEFAULT (NULL::INTEGER), a INTEGER CHECK (a > 0),
      p BIGINT REFERENCES parent (id), u INTEGER UNIQUE, v INTEGER UNIQUE, CHECK (a > 5)`
    const table = await createTable(sql)
    const good = { id: 1, n: 1, a: 6, p: 1, u: 1, v: 1 }
    const bad = [
      { ...good, n: undefined, a: 0, p: 9 },
      { ...good, a: 0, p: 9 },
      { ...good, a: 3, p: 9 },
      { ...good, p: 9 },
      good,
      { ...good, id: 2 },
      { ...good, id: 2, u: 2 },
      { ...good, id: 2, u: null, v: null },
    ]
    const receipt = await persist(table, [good, ...bad], { onRowError: 'skip' })
    expect(receipt.rejections.map(({ constraint: text }) => text)).toEqual([
      '"n" NOT NULL',
      'CHECK((a > 0))',
      'CHECK((a > 5))',
      'FOREIGN KEY (p) REFERENCES parent(id)',
      'PRIMARY KEY(id)',
      'UNIQUE(u)',
      'UNIQUE(v)',
    ])
    expect(receipt).toMatchObject({ inserted: 2, rejected: 7 })
  })
})

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

const keyTables = keyTypes.flatMap((keyType) => {
  const kinds = keyType.type === 'INTERVAL' ? ['key'] : ['key', 'primaryKey']
  return kinds.flatMap((kind) =>
    ['alone', 'beside another column'].map((place) => [kind, keyType.type, place, keyType] as const),
  )
})

describe('the columns of a key', () => {
  it.each(keyTables)('as %s may be of type %s, %s', async (kind, type, place, { values, same }) => {
    const columns = { n: 'INTEGER', k: type, c: 'VARCHAR' }
    const key = place === 'alone' ? ['k'] : ['c', 'k']
    const table = await createTable(undefined, { columns, [kind]: key })
    expect(table.key).toEqual(key)
    const row = (k: unknown, n: number) => ({ n, k, c: 'same' })
    const again = same ?? values[0]
    const inCall = [...values.map(row), row(again, 98), row(values[1], 99)]
    const first = await persist(table, inCall, { onRowError: 'skip' })
    expect(first).toMatchObject({ inserted: values.length, rejected: 2 })
    expect(first.rejections.map(({ conflictIndex }) => conflictIndex)).toEqual([0, 1])
    const found = await read(table, 'n, k, c')
    expect(found.map(({ n }) => n)).toEqual(values.map((_, at) => at))

    const second = await persist(table, [row(again, 100), row(values[1], 101)], { onRowError: 'skip' })
    expect(second).toMatchObject({ inserted: 0, rejected: 2 })
    for (const [at, rejection] of second.rejections.entries()) {
      expect(rejection).not.toHaveProperty('conflictIndex')
      // The first value may be written otherwise, such as -0, and is told of as it was given.
      if (at === 0 && same !== undefined) continue
      expect(rejection.key).toEqual(Object.fromEntries(key.map((name) => [name, found[at]?.[name]])))
    }

    const updates = [row(values[1], 1000), row(again, 1001), row(values[1], 1002)]
    expect(await persist(table, updates, { onConflict: 'update' })).toMatchObject({ inserted: 0, updated: 3 })
    expect(await persist(table, updates, { onConflict: 'ignore' })).toMatchObject({ inserted: 0, ignored: 3 })
    const partial = [{ k: again, c: 'same' }, row(values[1], 1003)]
    expect(await persist(table, partial, { onConflict: 'update' })).toMatchObject({ inserted: 0, updated: 2 })
    const after = await read(table, 'n')
    expect(after.map(({ n }) => n)).toEqual([...values.slice(2).map((_, at) => at + 2), 1001, 1003])
  })

  const names = [
    ...['a"b', "it's", 'two words', 'ünï 🦆', 'select', '__proto__', 'constructor', 'rowid', 'o', 'k0', 'k1'],
    ...[
      'kind',
      'ordinal',
      'duckpaddle_ordinal',
      'duckpaddle_absent_0',
      'duckpaddle_verdicts',
      'rule',
      'other',
    ],
    ...[
      'first',
      'last',
      'n',
      'is_taken',
      'holder',
      'round',
      'c0',
      's',
      't',
      'f',
      'v',
      'g',
      'fresh',
      'old',
      'groups',
    ],
  ]
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
  const rowOf = (...entries: [string, unknown][]): Row => Object.fromEntries(entries)

  it.each(names)('and of every constraint may be called %s', async (name) => {
    const column = quote(name)
    const ours = await createTable(`${column} INTEGER, x INTEGER DEFAULT 5`, { key: [name] })
    const mixed = [rowOf([name, 1], ['x', 1]), rowOf([name, 1]), rowOf([name, 2])]
    expect(await persist(ours, mixed, { onConflict: 'update' })).toMatchObject({ inserted: 2, updated: 1 })
    expect(await read(ours)).toEqual([rowOf([name, 1], ['x', 1]), rowOf([name, 2], ['x', 5])])
    const refused = await rejectionOf(persist(ours, [rowOf([name, 2], ['x', 1])].values()))
    expect(refused).toMatchObject({ code: 'duplicate-key', column: name })
    expect(Object.entries(refused?.key ?? {})).toEqual([[name, 2]])
    expect(Object.entries(refused?.row ?? {})).toEqual([
      [name, 2],
      ['x', 1],
    ])

    const parent = quote(`parent ${name}`)
    await db.run(`CREATE TABLE ${parent} (${column} INTEGER PRIMARY KEY)`)
    await db.run(`INSERT INTO ${parent} VALUES (0), (1), (2), (3)`)
    const theirs = await createTable(
      `${column} INTEGER PRIMARY KEY CHECK (${column} > 0) REFERENCES ${parent} (${column}), x INTEGER UNIQUE`,
    )
    const rows = [
      rowOf([name, 1], ['x', 1]),
      rowOf([name, 1], ['x', 2]),
      rowOf([name, 2], ['x', 1]),
      rowOf([name, 0], ['x', 3]),
      rowOf([name, 9], ['x', 4]),
      rowOf([name, 3], ['x', 5]),
    ]
    const receipt = await persist(theirs, rows.values(), { onRowError: 'skip' })
    expect(receipt.rejections.map(({ code, column: found }) => [code, found])).toEqual([
      ['duplicate-key', name],
      ['unique', 'x'],
      ['check', name],
      ['foreign-key', name],
    ])

    const plain = await createTable(`x INTEGER PRIMARY KEY, ${column} INTEGER UNIQUE CHECK (${column} > 0)`)
    const updates = [
      rowOf(['x', 1], [name, 1]),
      rowOf(['x', 2], [name, 1]),
      rowOf(['x', 3], [name, 0]),
      rowOf(['x', 1], [name, 7]),
      rowOf(['x', 2], [name, 1]),
    ]
    const updated = await persist(plain, updates, { onConflict: 'update', onRowError: 'skip' })
    expect(codes(updated.rejections)).toEqual([
      [1, 'unique'],
      [2, 'check'],
    ])
    expect(await read(plain)).toEqual([rowOf(['x', 1], [name, 7]), rowOf(['x', 2], [name, 1])])
  })

  it('may have all of these names in one table', async () => {
    const distinct = names.filter((name) => name !== '__proto__')
    const columns = Object.fromEntries(distinct.map((name) => [name, 'INTEGER']))
    for (const kind of ['key', 'primaryKey']) {
      const table = await createTable(undefined, { columns, [kind]: distinct.slice(0, -1).reverse() })
      const row = (value: number) => Object.fromEntries(distinct.map((name) => [name, value]))
      const rows = [row(1), row(2), row(1), { ...row(2), groups: 5 }]
      expect(await persist(table, rows, { onConflict: 'update' })).toMatchObject({ inserted: 2, updated: 2 })
      expect(await read(table)).toEqual([row(1), { ...row(2), groups: 5 }])
    }
  })
})

describe('what tells rows apart', () => {
  it('is `table.key`: what was asked for, the PRIMARY KEY, or the only UNIQUE constraint', async () => {
    const keyOf = async (sql: string, definition?: Definition) => (await createTable(sql, definition)).key
    expect(await keyOf('a INTEGER, b INTEGER')).toEqual([])
    expect(await keyOf('a INTEGER, b INTEGER, PRIMARY KEY (b, a)')).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER, b INTEGER PRIMARY KEY, UNIQUE (a)')).toEqual(['b'])
    expect(await keyOf('a INTEGER, b INTEGER, UNIQUE (b, a)')).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER UNIQUE, b INTEGER UNIQUE')).toEqual([])
    expect(await keyOf('a INTEGER UNIQUE, b INTEGER UNIQUE', { key: ['b'] })).toEqual(['b'])
    expect(await keyOf('a INTEGER, b INTEGER, PRIMARY KEY (b, a)', { key: ['a', 'b'] })).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER PRIMARY KEY, b INTEGER', { key: ['b'] })).toEqual(['b'])
  })

  it('is a unique index that the key names, and never one on an expression', async () => {
    const table = await createTable('a VARCHAR, b INTEGER')
    await db.run(`CREATE UNIQUE INDEX lower_${table.name} ON ${table.name} (lower(a))`)
    expect((await db.table(table.name)).key).toEqual([])
    await db.run(`CREATE UNIQUE INDEX plain_${table.name} ON ${table.name} (b)`)
    const keyed = (await db.table(table.name, { key: ['b'] } as never)) as Table
    const rows = [
      { a: 'x', b: 1 },
      { a: 'X', b: 2 },
      { a: 'y', b: 1 },
    ]
    const receipt = await persist(keyed, rows, { onConflict: 'update', onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, updated: 1, rejected: 1 })
    expect(receipt.rejections[0]).toMatchObject({ index: 1, code: 'unique', conflictIndex: 0, key: { b: 2 } })
    expect(receipt.rejections[0]).not.toHaveProperty('column')
    expect(await read(keyed)).toEqual([{ a: 'y', b: 1 }])
  })

  it('must be there for onConflict to take a key', async () => {
    for (const sql of ['a INTEGER', 'a INTEGER UNIQUE, b INTEGER UNIQUE']) {
      const table = await createTable(sql)
      for (const onConflict of ['ignore', 'update'] as const) {
        await expect(persist(table, [{ a: 1 }], { onConflict })).rejects.toThrow(TypeError)
      }
      expect(await persist(table, [{ a: 1 }], { onConflict: 'error' })).toMatchObject({ inserted: 1 })
    }
  })

  it('is not misspelt, nor given twice', async () => {
    const columns = { a: 'INTEGER', b: 'INTEGER' }
    const both = { columns, key: ['a'], primaryKey: ['b'] }
    await expect(createTable(undefined, both)).rejects.toThrow(TypeError)
    await expect(createTable(undefined, { columns, key: ['c'] })).rejects.toThrow(TypeError)
    await expect(createTable(undefined, { columns, key: ['a', 'a'] })).rejects.toThrow(TypeError)
    await expect(createTable(undefined, { columns, key: 'a' as never })).rejects.toThrow(TypeError)
    await expect(createTable('a INTEGER', { key: ['b'] })).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
    })
    const table = await createTable(undefined, { columns, key: ['a'] })
    for (const onConflict of ['replace', 'UPDATE', '', null, 1]) {
      await expect(persist(table, [{ a: 1 }], { onConflict: onConflict as never })).rejects.toThrow(TypeError)
    }
    const misspelt = { onconflict: 'update' } as never
    await expect(persist(table, [{ a: 1 }], misspelt)).rejects.toThrow(TypeError)
    expect(await read(table)).toEqual([])
  })

  it('takes no NULL where only the library keeps it', async () => {
    const table = await createTable('a INTEGER, b INTEGER', { key: ['a', 'b'] })
    const rows = [{ a: 1, b: null }, { a: 1 }, { a: 1, b: 1 }]
    for (const onConflict of ['error', 'ignore', 'update'] as const) {
      const receipt = await persist(table, rows, { onConflict, onRowError: 'skip' })
      expect(codes(receipt.rejections.slice(0, 2))).toEqual([
        [0, 'not-null'],
        [1, 'not-null'],
      ])
    }
    expect(await read(table)).toEqual([{ a: 1, b: 1 }])
  })

  it('lets rows with NULL be in a UNIQUE constraint as often as they like', async () => {
    const table = await createTable('a INTEGER, b INTEGER, c INTEGER, UNIQUE (a, b)')
    const rows = [{ a: 1, b: null, c: 1 }, { a: 1, c: 2 }, { c: 3 }, { a: 1, b: 1 }, { a: 1, b: 1, c: 4 }]
    for (const onConflict of ['ignore', 'update'] as const) await persist(table, rows, { onConflict })
    expect(await read(table, 'count(*)::INT AS n, max(c) AS c')).toEqual([{ n: 7, c: 4 }])
  })

  it('is what was committed by others, too', async () => {
    const table = await createTable(undefined, { columns: { id: 'INTEGER', a: 'INTEGER' }, key: ['id'] })
    await db.run(`INSERT INTO ${table.name} VALUES (1, 1), (1, 2), (2, 3)`)
    expect(await rejectionOf(persist(table, [{ id: 1 }]))).toMatchObject({ code: 'duplicate-key' })
    await db.run(`DELETE FROM ${table.name} WHERE id = 2`)
    expect(await persist(table, [{ id: 2, a: 4 }])).toMatchObject({ inserted: 1 })
    expect(await read(table, 'id, a')).toEqual([
      { id: 1, a: 1 },
      { id: 1, a: 2 },
      { id: 2, a: 4 },
    ])
  })

  it('is looked after between calls that overlap', async () => {
    const table = await createTable(undefined, { columns: { id: 'INTEGER', a: 'INTEGER' }, key: ['id'] })
    const rows = (a: number) => Array.from({ length: 1000 }, (_, id) => ({ id, a }))
    const calls = [1, 2, 3].map((a) => persist(table, rows(a), { onConflict: a === 2 ? 'ignore' : 'update' }))
    const receipts = await Promise.all(calls)
    expect(receipts.map(({ inserted, updated, ignored }) => [inserted, updated, ignored])).toEqual([
      [1000, 0, 0],
      [0, 0, 1000],
      [0, 1000, 0],
    ])
    expect(await read(table, 'count(*)::INT AS n, min(a) AS a')).toEqual([{ n: 1000, a: 3 }])
  })
})

const keyKinds = ['key', 'primaryKey'] as const

describe.each(keyKinds)('onConflict on a table with a %s', (kind) => {
  const columns = { id: 'INTEGER', a: 'INTEGER', b: 'VARCHAR' }
  const create = () => createTable(undefined, { columns, [kind]: ['id'] })

  it("'update' lets the last of several win, and counts the first of a new key as inserted", async () => {
    const table = await create()
    await persist(table, [
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 1, b: 'old' },
    ])
    const rows = [
      { id: 1, a: 2, b: 'x' },
      { id: 3, a: 3, b: 'x' },
      { id: 1, a: 4, b: 'y' },
      { id: 3, a: 5, b: 'y' },
      { id: 3, a: 6, b: 'z' },
    ]
    expect(await persist(table, rows, { onConflict: 'update' })).toMatchObject({
      rows: 5,
      inserted: 1,
      updated: 4,
      ignored: 0,
      rejected: 0,
    })
    expect(await read(table)).toEqual([
      { id: 1, a: 4, b: 'y' },
      { id: 2, a: 1, b: 'old' },
      { id: 3, a: 6, b: 'z' },
    ])
  })

  it("'update' changes what a row carries, and leaves the rest", async () => {
    const table = await create()
    await persist(table, [
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 2, b: 'old' },
    ])
    const same = [
      { id: 1, a: 5 },
      { id: 3, a: 6 },
      { id: 1, a: 7, b: undefined },
    ]
    expect(await persist(table, same, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 2 })
    const mixed = [
      { id: 2, b: 'new' },
      { id: 3, b: 'three' },
      { id: 2, a: null },
      { id: 4, a: 4 },
      { id: 4, b: 'four' },
      { id: 1 },
    ]
    expect(await persist(table, mixed, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 5 })
    expect(await read(table)).toEqual([
      { id: 1, a: 7, b: 'old' },
      { id: 2, a: null, b: 'new' },
      { id: 3, a: 6, b: 'three' },
      { id: 4, a: 4, b: 'four' },
    ])
    expect(await persist(table, [{ id: 1 }, { id: 5 }], { onConflict: 'update' })).toMatchObject({
      inserted: 1,
      updated: 1,
    })
  })

  it("'ignore' leaves what is there, and takes the first of the call", async () => {
    const table = await create()
    await persist(table, [{ id: 1, a: 1, b: 'old' }])
    const rows = [{ id: 1, a: 2 }, { id: 'two' }, { id: 2, a: 3 }, { id: 2, a: 4 }, { id: 1, a: 5 }]
    const receipt = await persist(table, rows, { onConflict: 'ignore', onRowError: 'skip' })
    expect(receipt).toMatchObject({ rows: 5, inserted: 1, updated: 0, ignored: 3, rejected: 1 })
    expect(codes(receipt.rejections)).toEqual([[1, 'type']])
    expect(await read(table)).toEqual([
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 3, b: null },
    ])
    expect(await persist(table, rows.slice(2), { onConflict: 'ignore' })).toMatchObject({
      inserted: 0,
      ignored: 3,
    })
  })

  it('takes no key for a row that is rejected', async () => {
    const table = await create()
    const rows = [
      { id: 1, a: 'bad' },
      { id: 1, a: 1 },
      { id: 1, a: 2 },
    ]
    for (const onConflict of ['error', 'ignore', 'update'] as const) {
      await db.run(`DELETE FROM ${table.name}`)
      await persist(table, rows, { onConflict, onRowError: 'skip' })
      expect(await read(table, 'a')).toEqual([{ a: onConflict === 'update' ? 2 : 1 }])
    }
  })

  it('finds one duplicate at the end of many batches', async () => {
    const table = await create()
    const count = 120_000
    function* rows(last: number) {
      for (let id = 0; id < count; id++) yield { id, a: id, b: `the text of row ${id}` }
      yield { id: last, a: -1, b: 'last' }
    }
    const rejection = await rejectionOf(persist(table, rows(77_777)))
    expect(rejection).toMatchObject({
      index: count,
      code: 'duplicate-key',
      key: { id: 77_777 },
      conflictIndex: 77_777,
      row: { id: 77_777, a: -1, b: 'last' },
    })
    expect(await read(table, 'count(*)::INT AS n')).toEqual([{ n: 0 }])
    const skipped = await persist(table, rows(5), { onRowError: 'skip' })
    expect(skipped).toMatchObject({ inserted: count, rejected: 1 })
    expect(skipped.batches).toBeGreaterThan(2)
    const updated = await persist(table, rows(count), { onConflict: 'update' })
    expect(updated).toMatchObject({ inserted: 1, updated: count })
    expect(await read(table, 'count(*)::INT AS n, sum(a)::DOUBLE AS sum')).toEqual([
      { n: count + 1, sum: (count * (count - 1)) / 2 - 1 },
    ])
  })
})

describe('a column that a row does not carry', () => {
  it.each([
    ['no key', undefined, 'a INTEGER'],
    ['a key of the library', { key: ['id'] }, 'a INTEGER'],
    ['PRIMARY KEY', undefined, 'a INTEGER, PRIMARY KEY (id)'],
    ['CHECK', undefined, 'a INTEGER CHECK (a > 0)'],
  ])('gets its DEFAULT on a table with %s', async (_, definition, rest) => {
    const sequence = `sequence_${tables}`
    await db.run(`CREATE SEQUENCE ${sequence} START 100`)
    const table = await createTable(
      `id INTEGER, n INTEGER DEFAULT nextval('${sequence}'), since TIMESTAMP DEFAULT now(),
       text VARCHAR DEFAULT 'it''s', twice INTEGER AS (2 * a), ${rest}`,
      definition,
    )
    const before = Date.now() - 1
    await persist(table, [
      { id: 1, n: 1, since: new Date(0), text: 'given', a: 1 },
      { id: 2, a: 2 },
      { id: 3, n: null, since: null, text: null },
      { id: 4, n: undefined, text: undefined, a: 4 },
    ])
    const rows = await read(table, 'id, n, since, text, a, twice')
    expect(rows).toMatchObject([
      { id: 1, n: 1, since: new Date(0), text: 'given', a: 1, twice: 2 },
      { id: 2, text: "it's", a: 2, twice: 4 },
      { id: 3, n: null, since: null, text: null, a: null, twice: null },
      { id: 4, text: "it's", a: 4, twice: 8 },
    ])
    expect(new Set([rows[1]?.n, rows[3]?.n]).size).toBe(2)
    expect(Math.min(Number(rows[1]?.n), Number(rows[3]?.n))).toBeGreaterThanOrEqual(100)
    for (const { since } of [rows[1] ?? {}, rows[3] ?? {}]) {
      // now() has microseconds, which query() reads as text.
      const time = since instanceof Date ? since.getTime() : Date.parse(`${String(since).slice(0, 23)}Z`)
      expect(time).toBeGreaterThanOrEqual(before)
      expect(time).toBeLessThanOrEqual(Date.now())
    }
  })

  it('may be the key, numbered by a sequence', async () => {
    await db.run('CREATE SEQUENCE ids')
    const table = await createTable("id INTEGER PRIMARY KEY DEFAULT nextval('ids'), a INTEGER")
    expect(await persist(table, [{ a: 1 }, { a: 2 }, { id: 50, a: 3 }])).toMatchObject({ inserted: 3 })
    expect(await persist(table, [{ a: 4 }], { onConflict: 'update' })).toMatchObject({ inserted: 1 })
    const [found] = await read(table, 'count(DISTINCT id)::INT AS n, max(id) AS last, min(id) > 0 AS "isSet"')
    expect(found).toEqual({ n: 4, last: 50, isSet: true })
  })

  it('is known among 70, whichever it is', async () => {
    const names = Array.from({ length: 70 }, (_, at) => `c${at}`)
    const columns = names.map((name, at) => `${name} INTEGER DEFAULT ${1000 + at}`)
    const definitions = [
      { sql: `id INTEGER, ${columns.join(', ')}`, definition: { key: ['id'] } },
      { sql: `id INTEGER PRIMARY KEY, ${columns.join(', ')}`, definition: undefined },
      { sql: `id INTEGER, ${columns.join(', ')}`, definition: undefined },
    ]
    const rows = names.map((name, at) => ({
      id: at,
      ...Object.fromEntries(names.map((c) => [c, at])),
      [name]: undefined,
    }))
    const written = names.map((name, at) => ({ ...rows[at], [name]: 1000 + at }))
    const update = names.map((name, at) => ({ id: at, [name]: -at }))
    for (const { sql, definition } of definitions) {
      const table = await createTable(sql, definition)
      await persist(table, rows)
      expect(await read(table)).toEqual(written)
      if (table.key.length === 0) continue
      expect(await persist(table, update, { onConflict: 'update' })).toMatchObject({ updated: 70 })
      expect(await read(table)).toEqual(names.map((name, at) => ({ ...written[at], [name]: -at + 0 })))
    }
  })

  it('is missed first by a row of a later batch', async () => {
    for (const definition of [undefined, { key: ['id'] }]) {
      const table = await createTable('id INTEGER, a INTEGER DEFAULT 7, b VARCHAR', definition)
      const count = 60_000
      function* rows() {
        for (let id = 0; id < count; id++) yield { id, a: 1, b: `the text of row ${id}, which is long` }
        yield { id: count, b: 'last' }
      }
      expect(await persist(table, rows())).toMatchObject({ inserted: count + 1 })
      expect(await read(table, 'count(*)::INT AS n, sum(a)::INT AS sum')).toEqual([
        { n: count + 1, sum: count + 7 },
      ])
    }
  })
})

describe('a call that is interrupted', () => {
  const columns = { id: 'INTEGER', a: 'INTEGER', b: 'VARCHAR' }
  function* rows(count: number, a: number) {
    for (let id = 0; id < count; id++) yield { id, a, b: `the text of row ${id}` }
  }
  const summary = 'SELECT count(*)::INT AS n, max(a) AS a FROM t'

  it.each(keyKinds)('by its signal leaves nothing in a table with a %s, and the next works', async (kind) => {
    const table = await createTable(undefined, { columns, [kind]: ['id'] })
    await persist(table, rows(1000, 1))
    const controller = new AbortController()
    const call = persist(table, rows(Number.POSITIVE_INFINITY, 2), {
      onConflict: 'update',
      signal: controller.signal,
      onProgress: () => controller.abort('reason'),
    })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED', cause: 'reason' })
    expect(await read(table, 'count(*)::INT AS n, max(a) AS a')).toEqual([{ n: 1000, a: 1 }])
    expect(await persist(table, rows(1001, 3), { onConflict: 'update' })).toMatchObject({
      inserted: 1,
      updated: 1000,
    })
  })

  it.each(keyKinds)('by close() leaves nothing in a table with a %s', async (kind) => {
    const other = newDatabase(folder)
    const service = await openForTest(other)
    const table = (await service.table('t', { columns, [kind]: ['id'] } as never)) as Table
    await persist(table, rows(1000, 1))
    let isStarted = () => {}
    const started = new Promise<void>((resolve) => {
      isStarted = resolve
    })
    const call = persist(table, rows(Number.POSITIVE_INFINITY, 2), {
      onConflict: 'update',
      onProgress: () => isStarted(),
    }).catch((error: unknown) => error)
    await started
    expect(await service.close({ timeoutMs: 0 })).toEqual({ interrupted: 1 })
    expect(await call).toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await readDatabase(other, summary)).toEqual([{ n: 1000, a: 1 }])
  })

  it('by close() while it is decided about is written as a whole, or not at all', async () => {
    const other = newDatabase(folder)
    const service = await openForTest(other)
    const table = (await service.table('t', { columns, key: ['id'] })) as unknown as Table
    await persist(table, rows(200_000, 1))
    let isAppended = () => {}
    const appended = new Promise<void>((resolve) => {
      isAppended = resolve
    })
    const call = persist(table, rows(200_000, 2), {
      onConflict: 'update',
      onProgress: (progress) => progress.appended === 200_000 && isAppended(),
    }).catch((error: unknown) => error)
    await appended
    const { interrupted } = await service.close({ timeoutMs: 0 })
    const outcome = await call
    if (interrupted === 1) expect(outcome).toMatchObject({ code: 'PERSIST_ABORTED' })
    else expect(outcome).toMatchObject({ updated: 200_000 })
    expect(await readDatabase(other, summary)).toEqual([{ n: 200_000, a: interrupted === 1 ? 1 : 2 }])
  })
})

describe('rows with one key that carry different columns', () => {
  it("under 'abort', the first bad row is told of where rows carry different columns", async () => {
    const table = await createTable('id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER')
    const rows = [
      { id: 1, a: 1 },
      { id: 1, b: 2 },
      { id: 2, b: 3 },
    ]
    // Row 1 is good: it updates row 0, which has an `a`.
    expect(await rejectionOf(persist(table, rows, { onConflict: 'update' }))).toMatchObject({ index: 2 })
  })

  it('a row that has its key from a DEFAULT updates the row with this key, and no more', async () => {
    const table = await createTable('id INTEGER PRIMARY KEY DEFAULT 2, a INTEGER, b INTEGER')
    await persist(table, [{ id: 2, a: 1 }, { b: 5 }], { onConflict: 'update' })
    expect(await read(table)).toEqual([{ id: 2, a: 1, b: 5 }])
  })

  it('a rejection has the row, and its key, as they would have been written', async () => {
    const table = await createTable(
      'id INTEGER PRIMARY KEY DEFAULT 2, a INTEGER DEFAULT 7, b INTEGER CHECK (b > 0)',
    )
    const rows = [{ id: 3, a: 1, b: -1 }, { b: -2 }]
    const receipt = await persist(table, rows.values(), { onConflict: 'update', onRowError: 'skip' })
    expect(receipt.rejections[1]).toMatchObject({ row: { id: 2, a: 7, b: -2 }, key: { id: 2 } })
  })

  it('an update keeps what a sequence gave to an earlier row of the call', async () => {
    await db.run('CREATE SEQUENCE kept')
    const table = await createTable("id INTEGER PRIMARY KEY, n INTEGER DEFAULT nextval('kept'), a INTEGER")
    await persist(
      table,
      [
        { id: 1, a: 1 },
        { id: 1, a: 2 },
        { id: 1, a: 3 },
      ],
      { onConflict: 'update' },
    )
    expect(await read(table)).toEqual([{ id: 1, n: 1, a: 3 }])
  })

  it.each([
    ['VARCHAR', '5', 'text', '5'],
    ['VARCHAR', "upper('x')::BLOB", 'text', 'X'],
    ['TIMESTAMP_NS', "TIMESTAMPTZ '2026-01-01 00:00:00Z'", 5n, new Date('2026-01-01')],
    ['TIME', "TIMESTAMP '2026-01-01 10:00:00'", '09:00:00', '10:00:00'],
    ['BIGINT', "'3'::DOUBLE", 2n ** 53n + 1n, 3n],
    ['UHUGEINT', '3::BIGINT', 2n ** 128n - 1n, 3n],
  ])(
    'a column of type %s may have a DEFAULT of another type: %s',
    async (type, byDefault, given, expected) => {
      const table = await createTable(`id INTEGER, v ${type} DEFAULT (${byDefault}), w ${type}`)
      await persist(table, [{ id: 1, v: given, w: given }, { id: 2 }])
      const [first, second] = await read(table, 'id, v, w')
      expect(first?.v).toEqual(first?.w)
      expect(second?.v).toEqual(expected)
    },
  )

  it('a CHECK may name its table', async () => {
    const name = `t${tables + 1}`
    const table = await createTable(`a INTEGER, CHECK (${name}.a > 0)`)
    const receipt = await persist(table, [{ a: 1 }, { a: 0 }], { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
  })

  it('a CHECK may be volatile', async () => {
    const table = await createTable('a DOUBLE CHECK (a > random())')
    const receipt = await persist(table, [{ a: 1 }, { a: -1 }], { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
  })

  it('a key with a collation is what DuckDB takes it for', async () => {
    const table = await createTable('t VARCHAR COLLATE NOCASE PRIMARY KEY')
    await db.run(`INSERT INTO ${table.name} VALUES ('a'), ('A')`)
    expect(await persist(table, [{ t: 'b' }, { t: 'B' }])).toMatchObject({ inserted: 2 })
  })

  it('a unique index on a column and an expression is not about the column alone', async () => {
    const table = await createTable('id INTEGER PRIMARY KEY, a VARCHAR, b INTEGER')
    await db.run(`CREATE UNIQUE INDEX mixed_${table.name} ON ${table.name} (lower(a), b)`)
    const again = (await db.table(table.name)) as Table
    const rejection = await rejectionOf(
      persist(again, [
        { id: 1, a: 'x', b: 1 },
        { id: 2, a: 'X', b: 1 },
      ]),
    )
    expect(rejection).not.toHaveProperty('column')
  })

  it.each(['generated column', 'unique index'])(
    'a row of which no %s can be computed is rejected',
    async (what) => {
      const isIndex = what === 'unique index'
      const table = await createTable(
        `id INTEGER PRIMARY KEY, a VARCHAR${isIndex ? '' : ', g INTEGER AS (a::INTEGER)'}`,
      )
      if (isIndex) await db.run(`CREATE UNIQUE INDEX cast_${table.name} ON ${table.name} ((a::INTEGER))`)
      const again = (await db.table(table.name)) as Table
      const receipt = await persist(
        again,
        [
          { id: 1, a: '1' },
          { id: 2, a: 'x' },
        ],
        { onRowError: 'skip' },
      )
      expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
    },
  )

  it('a row that others refer to can be updated, its unique values unchanged', async () => {
    const parent = await createTable('id INTEGER PRIMARY KEY, u INTEGER UNIQUE, a INTEGER')
    await persist(parent, [{ id: 1, u: 1, a: 1 }])
    await createTable(`p INTEGER REFERENCES ${parent.name} (id)`)
    await db.run(`INSERT INTO t${tables} VALUES (1)`)
    const rows = [
      { id: 1, u: 1, a: 9 },
      { id: 2, u: 2, a: 2 },
    ]
    expect(await persist(parent, rows, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 1 })
    expect(await read(parent)).toEqual(rows)
  })
})
