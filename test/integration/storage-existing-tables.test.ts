import { beforeEach, describe, expect, it } from 'vitest'
import { contents } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())
let tableName: string

beforeEach(() => {
  tableName = stores.newTable()
})

/** Runs SQL with the name of the table of this test in place of `$t`. */
async function runSql(...statements: string[]): Promise<void> {
  for (const sql of statements) await stores.service.run(sql.replaceAll('$t', tableName))
}

describe('a table that is there already', () => {
  it('of key and JSON becomes the store', async () => {
    await runSql(
      'CREATE TABLE $t (key VARCHAR PRIMARY KEY, value JSON)',
      `INSERT INTO $t VALUES ('a', '{"n": 1}'), ('b', 'null'), ('c', NULL), ('d', '[1]')`,
    )
    const store = stores.create({ tableName })
    expect(await store.load()).toEqual({ entries: 4, unreadable: [] })
    expect(await contents(store)).toEqual({ a: { n: 1 }, b: null, c: null, d: [1] })
    await store.set('a', 2)
    await store.delete('d')
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 1, deleted: 1 })
    await store.set('e', 3)
    await store.close()
    const again = stores.create({ tableName })
    expect(await contents(again)).toEqual({ a: 2, b: null, c: null, e: 3 })
    await again.close()
    await stores.expectStored(store, { a: 2, b: null, c: null, e: 3 })
  })

  it('of key and VARCHAR becomes the store; what is not JSON is reported and stays until it is set or deleted', async () => {
    await runSql(
      'CREATE TABLE $t (value VARCHAR, key VARCHAR)',
      `INSERT INTO $t (key, value) VALUES ('ok', '{"n":1}'), ('bad 1', 'plain'), ('bad 2', '{"n":'), ('bad 3', ''), ('null', NULL)`,
    )
    const store = stores.create({ tableName })
    const report = await store.load()
    expect(report.entries).toBe(2)
    expect([...report.unreadable].sort()).toEqual(['bad 1', 'bad 2', 'bad 3'])
    expect(await contents(store)).toEqual({ ok: { n: 1 }, null: null })
    expect(await store.has('bad 1')).toBe(false)
    await store.set('bad 1', 'mended')
    await store.delete('bad 2')
    await store.set('ok', 'now\0"text"')
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 2, deleted: 1 })
    await store.close()
    const again = stores.create({ tableName })
    expect(await again.load()).toEqual({ entries: 3, unreadable: ['bad 3'] })
    expect(await contents(again)).toEqual({ ok: 'now\0"text"', 'bad 1': 'mended', null: null })
    await again.close()
    const sql = `SELECT value FROM ${tableName} WHERE key = 'bad 3'`
    expect(await stores.service.query(sql)).toEqual([{ value: '' }])
  })

  it('that is cleared loses what is not JSON, too', async () => {
    await runSql('CREATE TABLE $t (key VARCHAR, value VARCHAR)', `INSERT INTO $t VALUES ('bad', 'x')`)
    const store = stores.create({ tableName })
    await store.clear()
    await store.set('a', 1)
    await store.close()
    await stores.expectStored(store, { a: 1 })
  })

  it.each(['NaN', '[Infinity]', '[1,]', '{"a":1,}'])(
    'with %s, which DuckDB takes for JSON, reports it, and gives the other entries',
    async (text) => {
      await runSql(
        'CREATE TABLE $t (key VARCHAR, value VARCHAR)',
        `INSERT INTO $t VALUES ('odd', '${text}'), ('ok', '1')`,
      )
      const store = stores.create({ tableName })
      expect(await store.load()).toEqual({ entries: 1, unreadable: ['odd'] })
      expect(await contents(store)).toEqual({ ok: 1 })
    },
  )

  it.each([
    'CREATE TABLE $t (id INTEGER)',
    'CREATE TABLE $t (key INTEGER, value JSON)',
    'CREATE TABLE $t (key VARCHAR, value INTEGER)',
    'CREATE TABLE $t (key VARCHAR, value JSON, extra INTEGER)',
    'CREATE TABLE $t (key VARCHAR)',
    `CREATE VIEW $t AS SELECT 'a' AS key, '1' AS value`,
  ])('by %s is refused, and left as it is', async (sql) => {
    await runSql(sql)
    const read = () =>
      stores.service.query(
        'SELECT table_name, column_name, data_type FROM information_schema.columns WHERE contains(table_name, ?) ORDER BY ALL',
        [tableName],
      )
    const before = await read()
    const store = stores.create({ tableName })
    expect(before).not.toEqual([])
    await expect(store.load()).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await store.close()
    expect(await read()).toEqual(before)
  })
})
