import { join } from 'node:path'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLong } from '../support/generated-cases.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { kindAt, quote, writeInEveryWay } from '../support/write-in-every-way.js'

const folder = temporaryFolder()

describe('in SQL of ours', () => {
  const path = join(folder, 'mine.db')
  let db: PersistenceService
  beforeAll(async () => {
    db = await open(path)
    // Other tables of the names that are used below, with other columns and rules.
    await db.run('CREATE SCHEMA mine; CREATE SCHEMA temp; CREATE SCHEMA old')
  })
  afterAll(() => db.close())

  const names = [
    ...[
      'duckpaddle_staging',
      'duckpaddle_round_1',
      'duckpaddle_outcomes',
      'duckpaddle_conflicts',
      'duckpaddle_rounds',
    ],
    ...[
      'duckpaddle_waiting_0',
      'duckpaddle_rejected',
      'duckpaddle_references',
      'duckpaddle_repair',
      '__duckpaddle_latest',
      's',
      't',
      'v',
      'o',
      'f',
      'old',
      'fresh',
    ],
    ...['groups', 'holders', 'taken', 'contested', 'mine', 'main', 'temp', 'memory', 'ö', 'duckdb_tables'],
  ]
  const columns = [
    ...[
      ['o', 'k0'],
      ['k0', 'o'],
      ['kind', 'violated'],
      ['violated', 'other'],
      ['rowid', 'duckpaddle_ordinal'],
      ['s', 't'],
    ],
    ...[
      ['t', 'v'],
      ['v', 's'],
      ['ordinal', 'c0'],
      ['n', 'first'],
      ['last', 'pass'],
      ['holder', 'is_taken'],
      ['k1', 'k0'],
    ],
    ...[
      ['duckpaddle_absent_0', 'rowid'],
      ['ROWID', 'DUCKPADDLE_ORDINAL'],
      ['Ä', 'ä'],
      ['f', 'g'],
      ['w', 'r'],
    ],
  ] as const

  it.each(names.map((name, at) => [name, ...(columns[at % columns.length] ?? columns[0]), at] as const))(
    'a table may be called %s, and its columns %s and %s',
    async (name, id, v, at) => {
      await db.run(
        `CREATE TABLE mine.mine.${quote(name)} (x INTEGER PRIMARY KEY, v DATE DEFAULT '2024-01-01', CHECK (x < 0))`,
      )
      await db.run(`CREATE UNIQUE INDEX ${quote(`i ${name}`)} ON mine.mine.${quote(name)} (v)`)
      await db.run(`CREATE VIEW mine.old.${quote(name)} AS SELECT 1 AS x`)
      await writeInEveryWay(db, name, [id, v], isLong ? [kindAt(at), kindAt(at + 1)] : [kindAt(at)])
      expect(await db.query(`SELECT count(*)::INTEGER AS n FROM mine.mine.${quote(name)}`)).toEqual([
        { n: 0 },
      ])
      await db.run(`DROP TABLE mine.mine.${quote(name)}; DROP VIEW mine.old.${quote(name)}`)
    },
  )

  it('tables Ö and ö are two, and Users and users are one', async () => {
    await db.run('CREATE TABLE "Ö" (id INTEGER PRIMARY KEY, v VARCHAR CHECK (length(v) > 3))')
    await db.run(
      'CREATE TABLE "ö" (id INTEGER, up INTEGER, v VARCHAR UNIQUE, FOREIGN KEY (up) REFERENCES "Ö" (id))',
    )
    const [large, small] = [await db.table('Ö'), await db.table('ö')]
    expect([large.key, small.key]).toEqual([['id'], ['v']])
    await large.persist([
      { id: 1, v: 'long' },
      { id: 2, v: 'longer' },
    ])
    const rows = [
      { id: 7, up: 1, v: 'a' },
      { id: 8, up: 7, v: 'b' },
    ]
    const receipt = await small.persist(rows, { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejections: [{ index: 1, code: 'foreign-key' }] })
    await db.table('users', { columns: { id: 'INTEGER' }, primaryKey: ['id'] })
    const again = await db.table('USERS', { columns: { id: 'INTEGER' }, primaryKey: ['id'] })
    await again.persist([{ id: 1 }])
    expect(await db.query('SELECT id FROM users')).toEqual([{ id: 1 }])
  })

  it('rules may be written in another case than their columns', async () => {
    await db.run(`CREATE TABLE Cased (id INTEGER, email VARCHAR, up INTEGER, n INTEGER CHECK (N > 0),
      PRIMARY KEY (ID), UNIQUE (EMAIL), FOREIGN KEY (UP) REFERENCES CASED (ID))`)
    await db.run(
      'CREATE UNIQUE INDEX cased_n ON CASED (N); CREATE UNIQUE INDEX cased_lower ON CASED ((lower(EMAIL)))',
    )
    const table = await db.table('cased')
    const receipt = await table.persist(
      [
        { id: 1, email: 'a', n: 1 },
        { id: 2, email: 'a', n: 2 },
        { id: 3, email: 'c', up: 9, n: 3 },
        { id: 4, email: 'd', n: 0 },
        { id: 5, email: 'e', n: 1 },
        { id: 6, email: 'f', up: 1, n: 6 },
        { id: 1, email: 'g', n: 7 },
      ],
      { onRowError: 'skip' },
    )
    const codes = receipt.rejections.map(({ index, code }) => [index, code])
    expect(codes).toEqual([
      [1, 'unique'],
      [2, 'foreign-key'],
      [3, 'check'],
      [4, 'unique'],
      [6, 'duplicate-key'],
    ])
  })

  it('macros called like functions of DuckDB change nothing about tables', async () => {
    const names = ['current_database()', 'lower(a)', 'translate(a, b, c)', 'json_valid(a)']
    for (const name of names) await db.run(`CREATE MACRO ${name} AS 'mine'`)
    await db.run('CREATE MACRO duckdb_tables() AS TABLE SELECT 1 AS nothing')
    await expect(db.table('missing')).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
    expect((await db.table('Ö')).key).toEqual(['id'])
    for (const name of names) await db.run(`DROP MACRO ${name.replace(/\(.*/, '')}`)
    await db.run('DROP MACRO TABLE duckdb_tables')
  })
})

it('settings cannot have tables be looked for elsewhere', async () => {
  for (const name of ['search_path', 'schema']) {
    await expect(open(':memory:', { config: { [name]: 'temp' } })).rejects.toMatchObject({
      code: 'PERSIST_OPEN_FAILED',
    })
  }
  const db = await open(':memory:')
  const table = await db.table('t', { columns: { id: 'INTEGER' }, key: ['id'] })
  await db.run(
    "CREATE SCHEMA other; CREATE TABLE other.t (id INTEGER); SET schema = 'other'; USE other; CREATE TEMP TABLE t (x INTEGER)",
  )
  await table.persist([{ id: 1 }])
  expect(await db.query('SELECT * FROM main.t')).toEqual([{ id: 1 }])
  await db.close()
})
