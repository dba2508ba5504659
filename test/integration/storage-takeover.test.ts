import { DuckDBInstance, type Json } from '@duckdb/node-api'
import { DuckDBStorageAdapter, open, type StorageAdapterOptions } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
let path: string

beforeEach(() => {
  path = newDatabase(folder)
})

/** Makes a file as another program does. */
async function runSql(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

/** Opens a store, changes it, and closes it. */
async function change(
  changes: (store: DuckDBStorageAdapter) => Promise<unknown>,
  options: Partial<StorageAdapterOptions> = {},
): Promise<void> {
  const store = new DuckDBStorageAdapter({ database: path, autoPersist: false, ...options })
  await store.load()
  await changes(store)
  await store.close()
}

/** The rows as another client finds them, and whether their times are old, those of this test, or none. */
async function readAges(table = 'storage'): Promise<Record<string, Json>[]> {
  const age = (column: string) =>
    `CASE WHEN ${column} IS NULL THEN 'none' WHEN ${column} < '2021-01-01' THEN 'old'
     WHEN abs(epoch(${column}::TIMESTAMP) - epoch(now()::TIMESTAMPTZ)) < 600 THEN 'now' ELSE 'wrong' END`
  return readDatabase(
    path,
    `SELECT key::VARCHAR AS key, value::VARCHAR AS value, ${age('created_at')} AS created, ${age('updated_at')} AS updated
     FROM ${table} ORDER BY key`,
  )
}

const old = "TIMESTAMP '2020-05-05 05:05:05.123456'"
/** What the adapter created that this store began as. */
const seed = `CREATE TABLE storage (key VARCHAR PRIMARY KEY, value JSON,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`
const seedRows = `INSERT INTO storage VALUES ('a', '{"n":1}', ${old}, ${old}), ('b', '2', ${old}, ${old}), ('c', '3', ${old}, ${old})`

describe('a table with created_at and updated_at', () => {
  it.each([
    ['as the first adapter made it', seed],
    [
      'of other types',
      `CREATE TABLE storage (key VARCHAR, value VARCHAR, created_at TIMESTAMPTZ, updated_at TIMESTAMP_S)`,
    ],
    [
      'of milliseconds and nanoseconds',
      `CREATE TABLE storage (key VARCHAR UNIQUE NOT NULL, value JSON, created_at TIMESTAMP_MS NOT NULL, updated_at TIMESTAMP_NS)`,
    ],
  ])('is taken over with its columns (%s)', async (_, create) => {
    await runSql(create, seedRows)
    const columns = () =>
      readDatabase(
        path,
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'storage' ORDER BY column_index",
      )
    const before = await columns()
    await change(async (store) => {
      expect(await store.get('a')).toEqual({ n: 1 })
      await store.set('b', 'new')
      await store.delete('c')
      await store.set('d', 4)
    })
    const expected = [
      { key: 'a', value: '{"n":1}', created: 'old', updated: 'old' },
      { key: 'b', value: '"new"', created: 'old', updated: 'now' },
      { key: 'd', value: '4', created: 'now', updated: 'now' },
    ]
    expect(await readAges()).toEqual(expected)
    expect(await columns()).toEqual(before)
    await change(async (store) => expect(await store.size()).toBe(3))
    expect(await readAges()).toEqual(expected)
  })

  it('keeps what is read by SQL to the microsecond', async () => {
    await runSql(seed, seedRows)
    await change((store) => store.set('a', 2))
    const rows = await readDatabase(path, "SELECT created_at::VARCHAR AS t FROM storage WHERE key = 'a'")
    expect(rows).toEqual([{ t: '2020-05-05 05:05:05.123456' }])
  })

  it.each([
    ['in another order', '(updated_at TIMESTAMP, value JSON, key VARCHAR PRIMARY KEY, created_at TIMESTAMP)'],
    ['in capitals', '("Updated_At" TIMESTAMP, "VALUE" JSON, "Key" VARCHAR, "CREATED_AT" TIMESTAMP)'],
  ])('may have them %s', async (_, columns) => {
    const named = 'INSERT INTO storage (key, value, created_at, updated_at) VALUES'
    await runSql(`CREATE TABLE storage ${columns}`, `${named} ('a', '1', ${old}, ${old})`)
    await change((store) =>
      store.setMany([
        ['a', 2],
        ['b', 3],
      ]),
    )
    expect(await readAges()).toEqual([
      { key: 'a', value: '2', created: 'old', updated: 'now' },
      { key: 'b', value: '3', created: 'now', updated: 'now' },
    ])
    const names = await readDatabase(path, 'SELECT column_name AS name FROM (DESCRIBE storage)')
    expect(names.map(({ name }) => String(name))).toEqual(
      columns.match(/[A-Za-z_]+(?=["]? (?:TIMESTAMP|JSON|VARCHAR))/g),
    )
  })

  it('may have one of them only', async () => {
    await runSql(
      'CREATE TABLE storage (key VARCHAR, value JSON, updated_at TIMESTAMP)',
      `INSERT INTO storage VALUES ('a', '1', ${old})`,
    )
    await change((store) => store.set('b', 2))
    expect(
      await readDatabase(
        path,
        'SELECT key, updated_at > now() - INTERVAL 1 HOUR AS is_new FROM storage ORDER BY key',
      ),
    ).toEqual([
      { key: 'a', is_new: false },
      { key: 'b', is_new: true },
    ])
  })

  it('has a new created_at for a key that was deleted or cleared, and keeps it for one that was not', async () => {
    await runSql(seed, seedRows)
    await change(async (store) => {
      await store.delete('a')
      await store.persist()
      await store.set('a', 'again')
      await store.set('b', 'changed')
      await store.persist()
      await store.set('b', 'changed again')
    })
    expect(await readAges()).toMatchObject([
      { key: 'a', created: 'now', updated: 'now' },
      { key: 'b', created: 'old', updated: 'now' },
      { key: 'c', created: 'old', updated: 'old' },
    ])
    await change(async (store) => {
      await store.clear()
      await store.set('c', 'after')
    })
    expect(await readAges()).toMatchObject([{ key: 'c', created: 'now', updated: 'now' }])
  })

  it('is the same after the log was folded', async () => {
    await runSql(seed, seedRows)
    await change(async (store) => {
      await store.set('a', 'changed')
      await store.delete('c')
      await store.persist()
      // More than the log has until it is folded.
      await store.setMany(Array.from({ length: 25_000 }, (_, index) => [`k${index}`, index]))
      await store.persist()
      await store.set('d', 1)
      await store.persist()
    })
    const [counts] = await readDatabase(path, 'SELECT count(*)::INT AS n FROM __duckpaddle_storage_base')
    expect(counts?.n).toBeGreaterThan(20_000)
    const rows = await readAges()
    expect(rows).toHaveLength(25_003)
    expect(rows.slice(0, 3)).toMatchObject([
      { key: 'a', created: 'old', updated: 'now' },
      { key: 'b', created: 'old', updated: 'old' },
      { key: 'd', created: 'now', updated: 'now' },
    ])
  })

  it('survives an export and an import', async () => {
    await runSql(seed, seedRows)
    const file = `${path}.parquet`
    await change(async (store) => expect(await store.exportParquet(file)).toBe(3))
    expect(
      await readDatabase(
        ':memory:',
        `SELECT key FROM '${file}' WHERE created_at < '2021-01-01' ORDER BY key`,
      ),
    ).toHaveLength(3)
    path = newDatabase(folder)
    await change(async (store) =>
      expect(await store.importParquet(file)).toEqual({ entries: 3, unreadable: [] }),
    )
  })
})

describe('a store with timestamps: true', () => {
  it('has both for every key', async () => {
    await change(
      (store) =>
        store.setMany([
          ['a', 1],
          ['b', 2],
        ]),
      { timestamps: true },
    )
    await change((store) => store.set('a', 3), { timestamps: true })
    expect(await readAges()).toEqual([
      { key: 'a', value: '3', created: 'now', updated: 'now' },
      { key: 'b', value: '2', created: 'now', updated: 'now' },
    ])
    const order = 'SELECT key FROM storage WHERE updated_at > created_at'
    expect(await readDatabase(path, order)).toEqual([{ key: 'a' }])
  })

  it('has them from then on where a store had none, and goes on with them without the option', async () => {
    await change((store) =>
      store.setMany([
        ['a', 1],
        ['b', 2],
      ]),
    )
    await change((store) => store.set('b', 3), { timestamps: true })
    await change((store) => store.set('c', 4))
    expect(await readAges()).toEqual([
      { key: 'a', value: '1', created: 'none', updated: 'none' },
      { key: 'b', value: '3', created: 'none', updated: 'now' },
      { key: 'c', value: '4', created: 'now', updated: 'now' },
    ])
  })

  it('writes them at the exit of the process, too', async () => {
    const { spawnSync } = await import('node:child_process')
    const program = `
      import { DuckDBStorageAdapter } from 'duckpaddle'
      const store = new DuckDBStorageAdapter({ database: ${JSON.stringify(path)}, timestamps: true, autoPersist: false })
      await store.load()
      await store.set('a', 1)
      process.exit(0)`
    spawnSync(process.execPath, ['--input-type=module', '-e', program])
    expect(await readAges()).toEqual([{ key: 'a', value: '1', created: 'now', updated: 'now' }])
  })
})

describe('a table that cannot become a store', () => {
  it.each([
    ['a further column', 'CREATE TABLE storage (key VARCHAR, value JSON, owner VARCHAR)', 'owner'],
    [
      'a column of another type',
      'CREATE TABLE storage (key VARCHAR, value JSON, created_at DATE)',
      'created_at',
    ],
    [
      'a generated column',
      'CREATE TABLE storage (key VARCHAR, value JSON, updated_at TIMESTAMP AS (now()::TIMESTAMP))',
      'updated_at',
    ],
    [
      'a key that is there twice',
      "CREATE TABLE storage AS SELECT k AS key, v::JSON AS value FROM (VALUES ('a', '1'), ('a', '2')) t(k, v)",
      "'a'",
    ],
    ['a CHECK', 'CREATE TABLE storage (key VARCHAR CHECK (length(key) > 2), value JSON)', 'CHECK'],
    ['a UNIQUE value', 'CREATE TABLE storage (key VARCHAR, value VARCHAR UNIQUE)', 'UNIQUE'],
    ['no value', 'CREATE TABLE storage (key VARCHAR)', 'value'],
  ])('for %s is refused by name, and left as it is', async (_, sql, name) => {
    await runSql(sql)
    const store = new DuckDBStorageAdapter({ database: path })
    const refused = { code: 'PERSIST_SCHEMA_MISMATCH', message: expect.stringContaining(name) }
    await expect(store.load()).rejects.toMatchObject(refused)
    await store.close()
    const tables = await readDatabase(path, 'SELECT table_name AS name FROM duckdb_tables()')
    expect(tables).toEqual([{ name: 'storage' }])
  })

  it('for another that refers to it is refused by its name', async () => {
    await runSql(seed, 'CREATE TABLE notes (of VARCHAR REFERENCES storage (key))')
    const store = new DuckDBStorageAdapter({ database: path })
    await expect(store.load()).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
      message: expect.stringContaining('notes'),
    })
    await store.close()
  })
})

describe('close() of a service that has stores', () => {
  it('saves what is due on them first, and what was accepted', async () => {
    const db = await open(path)
    const stores = ['one', 'two', 'three'].map(
      (tableName) => new DuckDBStorageAdapter({ database: db, tableName, autoPersist: false }),
    )
    const [one, two, three] = stores
    await one?.set('k', 1)
    await two?.setMany([
      ['k', 2],
      ['l', 3],
    ])
    void three?.set('k', 4)
    await db.close()
    for (const [table, rows] of [
      ['one', 1],
      ['two', 2],
      ['three', 1],
    ] as const) {
      expect(await readDatabase(path, `SELECT key FROM ${table}`)).toHaveLength(rows)
    }
    await expect(one?.set('l', 1)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await one?.close()
  })

  it('rejects where one cannot save, and stays open to try again', async () => {
    const db = await open(path)
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    const value: Record<string, unknown> = {}
    await store.set('good', 1)
    await store.set('bad', value)
    value.self = value
    await expect(db.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(db.stats().status).toBe('open')
    await expect(db.close({ timeoutMs: 5000 })).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    await store.delete('bad')
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await db.close()
    expect(await readDatabase(path, 'SELECT key FROM storage')).toEqual([{ key: 'good' }])
  })

  it('leaves alone what was given up', async () => {
    const db = await open(path)
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    await store.set('a', 1)
    await store.persist()
    await store.set('b', 2)
    await store.close({ discardChanges: true })
    await db.close()
    expect(await readDatabase(path, 'SELECT key FROM storage')).toEqual([{ key: 'a' }])
  })
})
