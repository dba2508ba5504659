import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { DuckDBStorageAdapter, StorageAdapterOptions } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { readDatabase, readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const folder = temporaryFolder()
const stores = new TestStores(folder)
let tableName: string

beforeEach(() => {
  tableName = stores.newTable()
})

/** With the name of the table of this test in place of `$t`. */
const named = (sql: string) => sql.replaceAll('$t', tableName)

async function runSql(...statements: string[]): Promise<void> {
  for (const sql of statements) await stores.service.run(named(sql))
}

const read = (sql: string) => stores.service.query(named(sql))

/** Opens a store, changes it, and closes it. */
async function change(
  changes: (store: DuckDBStorageAdapter) => Promise<unknown>,
  options: Partial<StorageAdapterOptions> = {},
): Promise<void> {
  const store = stores.create({ tableName, ...options })
  await store.load()
  await changes(store)
  await store.close()
}

/** SQL of the rows, and whether their times are old, those of this test, or none. */
function agesSql(table: string): string {
  const age = (column: string) =>
    `CASE WHEN ${column} IS NULL THEN 'none' WHEN ${column} < '2021-01-01' THEN 'old'
     WHEN abs(epoch(${column}::TIMESTAMP) - epoch(now()::TIMESTAMPTZ)) < 600 THEN 'now' ELSE 'wrong' END`
  return `SELECT key::VARCHAR AS key, value::VARCHAR AS value, ${age('created_at')} AS created, ${age('updated_at')} AS updated
     FROM ${table} ORDER BY key`
}

const readAges = () => read(agesSql('$t'))

/** What another client is to find after all tests, by the tables. */
const expectedAges = new Map<string, unknown>()

async function expectAges(rows: readonly object[]): Promise<void> {
  expect(await readAges()).toEqual(rows)
  expectedAges.set(tableName, rows)
}

const old = "TIMESTAMP '2020-05-05 05:05:05.123456'"
/** What the adapter created that this store began as. */
const seed = `CREATE TABLE $t (key VARCHAR PRIMARY KEY, value JSON,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`
const seedRows = `INSERT INTO $t VALUES ('a', '{"n":1}', ${old}, ${old}), ('b', '2', ${old}, ${old}), ('c', '3', ${old}, ${old})`

describe('a table with created_at and updated_at', () => {
  it.each([
    ['as the first adapter made it', seed],
    [
      'of other types',
      `CREATE TABLE $t (key VARCHAR, value VARCHAR, created_at TIMESTAMPTZ, updated_at TIMESTAMP_S)`,
    ],
    [
      'of milliseconds and nanoseconds',
      `CREATE TABLE $t (key VARCHAR UNIQUE NOT NULL, value JSON, created_at TIMESTAMP_MS NOT NULL, updated_at TIMESTAMP_NS)`,
    ],
  ])('is taken over with its columns (%s)', async (_, create) => {
    await runSql(create, seedRows)
    const columns = () =>
      read(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '$t' ORDER BY column_index",
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
    await expectAges(expected)
    expect(await columns()).toEqual(before)
    await change(async (store) => expect(await store.size()).toBe(3))
    await expectAges(expected)
  })

  it('keeps what is read by SQL to the microsecond', async () => {
    await runSql(seed, seedRows)
    await change((store) => store.set('a', 2))
    const rows = await read("SELECT created_at::VARCHAR AS t FROM $t WHERE key = 'a'")
    expect(rows).toEqual([{ t: '2020-05-05 05:05:05.123456' }])
  })

  it.each([
    ['in another order', '(updated_at TIMESTAMP, value JSON, key VARCHAR PRIMARY KEY, created_at TIMESTAMP)'],
    ['in capitals', '("Updated_At" TIMESTAMP, "VALUE" JSON, "Key" VARCHAR, "CREATED_AT" TIMESTAMP)'],
  ])('may have them %s', async (_, columns) => {
    const named = 'INSERT INTO $t (key, value, created_at, updated_at) VALUES'
    await runSql(`CREATE TABLE $t ${columns}`, `${named} ('a', '1', ${old}, ${old})`)
    await change((store) =>
      store.setMany([
        ['a', 2],
        ['b', 3],
      ]),
    )
    await expectAges([
      { key: 'a', value: '2', created: 'old', updated: 'now' },
      { key: 'b', value: '3', created: 'now', updated: 'now' },
    ])
    const names = await read('SELECT column_name AS name FROM (DESCRIBE $t)')
    expect(names.map(({ name }) => String(name))).toEqual(
      columns.match(/[A-Za-z_]+(?=["]? (?:TIMESTAMP|JSON|VARCHAR))/g),
    )
  })

  it('may have one of them only', async () => {
    await runSql(
      'CREATE TABLE $t (key VARCHAR, value JSON, updated_at TIMESTAMP)',
      `INSERT INTO $t VALUES ('a', '1', ${old})`,
    )
    await change((store) => store.set('b', 2))
    expect(
      await read('SELECT key, updated_at > now() - INTERVAL 1 HOUR AS is_new FROM $t ORDER BY key'),
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
    const [counts] = await read('SELECT count(*)::INT AS n FROM __duckpaddle_$t_base')
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
    const file = join(folder, 'aged.parquet')
    await change(async (store) => expect(await store.exportParquet(file)).toBe(3))
    expect(
      await readDatabase(
        ':memory:',
        `SELECT key FROM '${file}' WHERE created_at < '2021-01-01' ORDER BY key`,
      ),
    ).toHaveLength(3)
    tableName = stores.newTable()
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
    await expectAges([
      { key: 'a', value: '3', created: 'now', updated: 'now' },
      { key: 'b', value: '2', created: 'now', updated: 'now' },
    ])
    const order = 'SELECT key FROM $t WHERE updated_at > created_at'
    expect(await read(order)).toEqual([{ key: 'a' }])
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
    await expectAges([
      { key: 'a', value: '1', created: 'none', updated: 'none' },
      { key: 'b', value: '3', created: 'none', updated: 'now' },
      { key: 'c', value: '4', created: 'now', updated: 'now' },
    ])
  })

  it('writes them at the exit of the process, too', async () => {
    const path = newDatabase(folder)
    const program = `
      import { DuckDBStorageAdapter } from 'duckpaddle'
      const store = new DuckDBStorageAdapter({ database: ${JSON.stringify(path)}, timestamps: true, autoPersist: false })
      await store.load()
      await store.set('a', 1)
      process.exit(0)`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(await readDatabase(path, agesSql('storage'))).toEqual([
      { key: 'a', value: '1', created: 'now', updated: 'now' },
    ])
  })
})

describe('a table that cannot become a store', () => {
  it.each([
    ['a further column', 'CREATE TABLE $t (key VARCHAR, value JSON, owner VARCHAR)', 'owner'],
    ['a column of another type', 'CREATE TABLE $t (key VARCHAR, value JSON, created_at DATE)', 'created_at'],
    [
      'a generated column',
      'CREATE TABLE $t (key VARCHAR, value JSON, updated_at TIMESTAMP AS (now()::TIMESTAMP))',
      'updated_at',
    ],
    [
      'a key that is there twice',
      "CREATE TABLE $t AS SELECT k AS key, v::JSON AS value FROM (VALUES ('a', '1'), ('a', '2')) t(k, v)",
      "'a'",
    ],
    ['a CHECK', 'CREATE TABLE $t (key VARCHAR CHECK (length(key) > 2), value JSON)', 'CHECK'],
    ['a UNIQUE value', 'CREATE TABLE $t (key VARCHAR, value VARCHAR UNIQUE)', 'UNIQUE'],
    ['no value', 'CREATE TABLE $t (key VARCHAR)', 'value'],
  ])('for %s is refused by name, and left as it is', async (_, sql, name) => {
    await runSql(sql)
    const store = stores.create({ tableName })
    const refused = { code: 'PERSIST_SCHEMA_MISMATCH', message: expect.stringContaining(name) }
    await expect(store.load()).rejects.toMatchObject(refused)
    await store.close()
    const tables = await read(
      "SELECT table_name AS name FROM duckdb_tables() WHERE contains(table_name, '$t')",
    )
    expect(tables).toEqual([{ name: tableName }])
  })

  it('for another that refers to it is refused by its name', async () => {
    await runSql(seed, 'CREATE TABLE notes (of VARCHAR REFERENCES $t (key))')
    const store = stores.create({ tableName })
    await expect(store.load()).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
      message: expect.stringContaining('notes'),
    })
    await store.close()
  })
})

it('rows and their times are what another client finds after close()', async () => {
  await stores.service.close()
  expect(expectedAges.size).toBe(7)
  const found = await readEach(stores.path, [...expectedAges.keys()].map(agesSql))
  expect(found).toEqual([...expectedAges.values()])
})
