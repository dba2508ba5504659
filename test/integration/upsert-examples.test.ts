import type { PersistenceError, PersistenceService, PersistOptions, Receipt, Table } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isHostile } from '../support/hostile-settings.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { openForTest } from '../support/test-engine.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await openForTest(path)
})
afterAll(() => db.close())

type Row = Readonly<Record<string, unknown>>

/** Runs SQL with the name of a new table in place of `$t`, and gets the table. */
async function createTable(...statements: string[]): Promise<Table> {
  const name = `t${++tables}`
  for (const sql of statements) await db.run(sql.replaceAll('$t', name))
  return (await db.table(name)) as Table
}

const upsert = (table: Table, rows: Iterable<Row>, options: object = {}): Promise<Receipt> =>
  table.persist(rows, { ...options, onConflict: 'update' } as unknown as PersistOptions)

const read = ({ name }: Table, select = '*') =>
  db.query(`SELECT ${select} FROM ${name} ORDER BY ALL ASC NULLS LAST`)

/** Row 1 of `id`, `code` UNIQUE and `n` is referred to, row 2 is not. */
const createParent = (...more: string[]) =>
  createTable(
    'CREATE TABLE $t (id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, n INTEGER)',
    ...more,
    'CREATE TABLE $t_child (p INTEGER REFERENCES $t (id))',
    "INSERT INTO $t VALUES (1, 'a', 1), (2, 'b', 2)",
    'INSERT INTO $t_child VALUES (1), (NULL)',
  )

describe('a row that others refer to', () => {
  it('is updated beside a row whose unique value changes, also where rows carry different columns', async () => {
    for (const onRowError of ['abort', 'skip']) {
      const table = await createParent()
      const mixed = [
        { id: 1, n: 6 },
        { id: 2, code: 'y' },
      ]
      expect(await upsert(table, mixed, { onRowError })).toMatchObject({ updated: 2, rejected: 0 })
      const full = [
        { id: 1, code: 'a', n: 7 },
        { id: 2, code: 'z', n: 8 },
        { id: 3, code: 'y', n: 9 },
      ]
      expect(await upsert(table, full, { onRowError })).toMatchObject({ inserted: 1, updated: 2 })
      expect(await read(table)).toEqual(full)
    }
  })

  it('is updated whole where an index is on some column', async () => {
    const table = await createParent('CREATE INDEX $t_index ON $t (n)')
    const rows = [
      { id: 1, code: 'a', n: 1 },
      { id: 2, code: 'b', n: 5 },
    ]
    expect(await upsert(table, rows)).toMatchObject({ updated: 2 })
    expect(await read(table)).toEqual(rows)
  })

  it('is rejected where an indexed column of it changes, and by itself', async () => {
    const rows = [
      { id: 2, code: 'z', n: 3 },
      { id: 1, code: 'y', n: 3 },
      { id: 3, code: 'y', n: 3 },
    ]
    const table = await createParent()
    const error = (await upsert(table, rows).catch((reason: unknown) => reason)) as PersistenceError
    const rejection = {
      index: 1,
      row: rows[1],
      code: 'foreign-key',
      column: 'code',
      constraint: `FOREIGN KEY (p) REFERENCES ${table.name}(id)`,
      key: { id: 1 },
      message: `DuckDB changes no indexed column (code) of a row that \`${table.name}_child\` refers to: FOREIGN KEY (p) REFERENCES ${table.name}(id)`,
    }
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection })
    const receipt = await upsert(table, rows, { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, updated: 1, rejected: 1, rejections: [rejection] })
    expect(await read(table)).toEqual([{ id: 1, code: 'a', n: 1 }, rows[0], rows[2]])
    await db.run(`DELETE FROM ${table.name}_child`)
    expect(await upsert(table, [{ id: 1, code: 'x', n: 3 }])).toMatchObject({ updated: 1 })
  })

  it('is rejected whatever changes, where a CHECK on several columns has an indexed one', async () => {
    const table = await createTable(
      'CREATE TABLE $t (id INTEGER PRIMARY KEY, a INTEGER, n INTEGER, CHECK (a < id + 10))',
      'CREATE TABLE $t_child (p INTEGER REFERENCES $t (id))',
      'INSERT INTO $t VALUES (1, 1, 1), (2, 2, 2)',
      'INSERT INTO $t_child VALUES (1)',
    )
    const rows = [
      { id: 1, n: 5 },
      { id: 1, n: 1 },
      { id: 2, n: 5 },
    ]
    const receipt = await upsert(table, rows, { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual([[0, 'foreign-key']])
    expect(receipt).toMatchObject({ updated: 2 })
    await expect(db.run(`UPDATE ${table.name} SET n = 5 WHERE id = 1`)).rejects.toThrow('foreign key')
  })
})

describe('rows of a table that refers to itself', () => {
  const createTree = (rows: string) =>
    createTable(
      'CREATE TABLE $t (id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, parent INTEGER REFERENCES $t (id))',
      `INSERT INTO $t VALUES ${rows}`,
    )
  const outcome = ({ inserted, updated, rejections }: Receipt) => ({
    inserted,
    updated,
    rejected: rejections.map(({ index, code, column }) => [index, code, column]),
  })

  it('are moved, and inserted below what is moved', async () => {
    const table = await createTree("(1, 'a', NULL), (2, 'b', NULL)")
    const rows = [
      { id: 3, code: 'c', parent: 2 },
      { id: 4, code: 'd', parent: 3 },
      { id: 1, code: 'z', parent: 4 },
    ]
    expect(outcome(await upsert(table, rows))).toEqual({ inserted: 2, updated: 1, rejected: [] })
    expect(await read(table)).toEqual([rows[2], { id: 2, code: 'b', parent: null }, rows[0], rows[1]])
  })

  it('are rejected where they refer to themselves, to nothing, or to a row that is rejected', async () => {
    const table = await createTree("(1, 'a', NULL)")
    const rows = [
      { id: 1, code: 'a', parent: 1 },
      { id: 2, code: 'b', parent: 3 },
      { id: 3, code: 'a', parent: 1 },
      { id: 4, code: 'd', parent: 3 },
      { id: 1, code: 'e', parent: null },
      { id: 3, code: 'a', parent: 1 },
    ]
    expect(outcome(await upsert(table, rows, { onRowError: 'skip' }))).toEqual({
      inserted: 1,
      updated: 1,
      rejected: [
        [0, 'foreign-key', 'parent'],
        [1, 'foreign-key', 'parent'],
        [2, 'unique', 'code'],
        [3, 'foreign-key', 'parent'],
      ],
    })
    expect(await read(table)).toEqual([
      { id: 1, code: 'e', parent: null },
      { id: 3, code: 'a', parent: 1 },
    ])
  })

  it.each(['error', 'ignore'])(
    'are rejected below a row that is, where a taken key is %s',
    async (onConflict) => {
      const table = await createTree("(1, 'a', NULL)")
      const rows = [
        { id: 2, code: 'a', parent: 1 },
        { id: 3, code: 'c', parent: 2 },
        { id: 4, code: 'd', parent: 1 },
        { id: 5, code: 'e', parent: 4 },
        { id: 4, code: 'f', parent: 5 },
      ]
      const options = { onConflict, onRowError: 'skip' } as unknown as PersistOptions
      const { rejections, ...receipt } = await table.persist(rows, options)
      const codes = rejections.map(({ index, code, conflictIndex }) => [index, code, conflictIndex])
      const taken = onConflict === 'error' ? [[4, 'duplicate-key', 2]] : []
      expect(codes).toEqual([[0, 'unique', undefined], [1, 'foreign-key', undefined], ...taken])
      expect(receipt).toMatchObject({ inserted: 2, updated: 0, ignored: onConflict === 'ignore' ? 1 : 0 })
      expect(await read(table, 'id')).toEqual([{ id: 1 }, { id: 4 }, { id: 5 }])
    },
  )

  it('are rejected where they change a row that an earlier one refers to', async () => {
    const table = await createTree("(1, 'a', NULL)")
    const rows = [
      { id: 2, code: 'b', parent: 1 },
      { id: 1, code: 'z', parent: null },
    ]
    const receipt = await upsert(table, rows, { onRowError: 'skip' })
    expect(outcome(receipt)).toEqual({ inserted: 1, updated: 0, rejected: [[1, 'foreign-key', undefined]] })
  })
})

it('thousands of rows hand their unique values on to each other, and are found after close()', async () => {
  const table = await createParent()
  // Hostile settings make joins of all pairs.
  const half = isHostile ? 500 : 5000
  const ids = Array.from({ length: 2 * half }, (_, at) => at + 10)
  expect(
    await upsert(
      table,
      ids.map((id) => ({ id, code: `c${id}`, n: 0 })),
    ),
  ).toMatchObject({ inserted: 2 * half })
  // Those that come last in the table leave their values first.
  const leaving = ids.slice(half).map((id) => ({ id, code: `d${id}`, n: 1 }))
  const taking = ids.slice(0, half).map((id) => ({ id, code: `c${id + half}`, n: 2 }))
  const rows = [...leaving, ...taking, { id: 1, code: 'a', n: 9 }]
  expect(await upsert(table, rows)).toMatchObject({ updated: rows.length, rejected: 0 })
  await db.close()
  const sql = `SELECT count(*)::INTEGER AS n, count(DISTINCT code)::INTEGER AS codes, sum(n)::INTEGER AS sum,
    (SELECT code FROM ${table.name} WHERE id = 10) AS code,
    (SELECT id FROM ${table.name} WHERE code = 'c${half + 10}') AS id FROM ${table.name}`
  const expected = {
    n: 2 * half + 2,
    codes: 2 * half + 2,
    sum: 3 * half + 9 + 2,
    code: `c${half + 10}`,
    id: 10,
  }
  expect(await readDatabase(path, sql)).toEqual([expected])
  db = await openForTest(path)
})
