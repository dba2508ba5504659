import { join } from 'node:path'
import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { openHostile } from '../support/hostile-settings.js'
import { readDatabase, readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const bySql = (sql: string) => async (path: string) => {
  const service = await open(path)
  await service.run(sql)
  return service
}
type Way = readonly [string, (path: string) => Promise<PersistenceService>]
const few: readonly Way[] = [
  ['all', openHostile],
  [
    'default_collation, locked',
    bySql("SET GLOBAL default_collation = 'NOCASE'; SET GLOBAL lock_configuration = true"),
  ],
  ['default_order, by config', (path) => open(path, { config: { default_order: 'desc' } })],
]
const others: readonly Way[] = [
  ['default_collation, by config', (path) => open(path, { config: { default_collation: 'NOCASE' } })],
  ['default_collation, by SQL', bySql("SET GLOBAL default_collation = 'NOACCENT.NOCASE'")],
  [
    'default_order, by SQL',
    bySql("SET GLOBAL default_order = 'desc'; SET GLOBAL null_order = 'nulls_first'"),
  ],
]

describe.each(fewOf(few, others))('settings: %s', (_, openWith) => {
  const path = newDatabase(folder)
  /** What another client is to find after all tests, by its queries. */
  const expected = new Map<string, unknown>()
  let db: PersistenceService
  beforeAll(async () => {
    db = await openWith(path)
  })
  afterAll(() => db.close())

  it('make no two keys of a store one', async () => {
    const names = ['User', 'user', 'USER', 'usér', 'é', 'E', 'e']
    const store = new DuckDBStorageAdapter<string>({ database: db, tableName: 'kept', autoPersist: false })
    for (const name of names) await store.set(name, name)
    await store.persist()
    await store.set('user', 'changed')
    await store.delete('e')
    await store.persist()
    // A fold moves what was saved.
    await store.setMany(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 'x'] as const))
    await store.persist()
    await store.set('É', 'last')
    await store.persist()
    await store.exportParquet(join(folder, 'kept.parquet'))
    expect(await store.load()).toMatchObject({ entries: 20_007 })
    expect([await store.get('User'), await store.get('user'), await store.get('e')]).toEqual([
      'User',
      'changed',
      undefined,
    ])
    await store.close()
    const sql = `SELECT key, value::VARCHAR AS value FROM kept WHERE NOT starts_with(key, 'k') ORDER BY key`
    const kept = [
      ['E', 'E'],
      ['USER', 'USER'],
      ['User', 'User'],
      ['user', 'changed'],
      ['usér', 'usér'],
      ['É', 'last'],
      ['é', 'é'],
    ].map(([key, value]) => ({ key, value: JSON.stringify(value) }))
    expected.set(sql, kept)
    expected.set(sql.replace('kept', `'${join(folder, 'kept.parquet')}'`), kept)
  })

  it.each(['key', 'primaryKey'] as const)('make no two values of a %s one, in their order', async (kind) => {
    const columns = { k: 'VARCHAR NOT NULL', j: 'JSON NOT NULL', n: 'INTEGER', d: 'INTEGER' } as const
    const table = await db.table(`t_${kind}`, { columns, [kind]: ['k', 'j'] } as {
      columns: typeof columns
      key: ['k', 'j']
    })
    await table.persist([{ k: 'a', j: 'x', n: 1, d: 1 }])
    const rows = ['a', 'A', 'á', 'a', 'A'].map((k, index) => ({ k, j: 'X', n: index }))
    const first = await table.persist(rows, { onConflict: 'ignore' })
    expect(first).toMatchObject({ inserted: 3, ignored: 2 })
    const { rejections } = await table.persist(
      ['b', 'B', 'b', 'a'].map((k) => ({ k, j: 'X', n: 9 })),
      { onRowError: 'skip' },
    )
    expect(rejections.map(({ index, conflictIndex }) => [index, conflictIndex])).toEqual([
      [2, 0],
      [3, undefined],
    ])
    const aborted = table.persist([
      { k: 'c', j: 'X', n: 1 },
      { k: 'C', j: 'X', n: 1 },
      { k: 'c', j: 'X', n: 2 },
      { k: 'B', j: 'X', n: 3 },
    ])
    await expect(aborted).rejects.toMatchObject({ rejection: { index: 2, conflictIndex: 0 } })
    // With columns that rows lack, by turns: each key's rows one after the other.
    const updated = await table.persist(
      [
        { k: 'a', j: 'X', n: 10 },
        { k: 'A', j: 'X', d: 20 },
        { k: 'a', j: 'X', d: 30 },
        { k: 'a', j: 'X', n: 40 },
      ],
      { onConflict: 'update' },
    )
    expect(updated).toMatchObject({ inserted: 0, updated: 4 })
    expected.set(`SELECT k, j::VARCHAR AS j, n, d FROM t_${kind} ORDER BY k, j`, [
      { k: 'A', j: '"X"', n: 1, d: 20 },
      { k: 'B', j: '"X"', n: 9, d: null },
      { k: 'a', j: '"X"', n: 40, d: 30 },
      { k: 'a', j: '"x"', n: 1, d: 1 },
      { k: 'b', j: '"X"', n: 9, d: null },
      { k: 'á', j: '"X"', n: 2, d: null },
    ])
  })

  it('leave unique indexes, also on expressions, and references what they are', async () => {
    await db.run(`CREATE TABLE parent (id VARCHAR PRIMARY KEY);
      CREATE TABLE child (n INTEGER PRIMARY KEY, id VARCHAR REFERENCES parent, u VARCHAR UNIQUE, e VARCHAR);
      CREATE UNIQUE INDEX of_e ON child (concat(e, '!'))`)
    const parent = await db.table('parent')
    await parent.persist([{ id: 'a' }, { id: 'B' }])
    const child = await db.table('child')
    const rows = [
      { n: 1, id: 'a', u: 'x', e: 'x' },
      { n: 2, id: 'A', u: 'y', e: 'y' },
      { n: 3, id: 'B', u: 'X', e: 'X' },
      { n: 4, id: 'B', u: 'x', e: 'z' },
      { n: 5, id: 'B', u: 'z', e: 'X' },
      { n: 6, id: 'B', u: 'Z', e: 'Z' },
    ]
    const { rejections } = await child.persist(rows, { onRowError: 'skip' })
    expect(rejections.map(({ index, code, conflictIndex }) => [index, code, conflictIndex])).toEqual([
      [1, 'foreign-key', undefined],
      [3, 'unique', 0],
      [4, 'unique', 2],
    ])
    // Another case of a value is a change of it.
    await child.persist([{ n: 1, id: 'a', u: 'xX', e: 'x' }], { onConflict: 'update' })
    await child.persist([{ n: 1, id: 'a', u: 'Xx', e: 'x' }], { onConflict: 'update' })
    expect(await db.query('SELECT u FROM child WHERE n = 1')).toEqual([{ u: 'Xx' }])
  })

  it('confuse no tables whose names a collation takes for one', async () => {
    await db.run('CREATE TABLE "café" (a INTEGER CHECK (a > 0)); CREATE TABLE cafe (b VARCHAR UNIQUE)')
    const table = await db.table('cafe')
    expect(table.columns.map(({ name }) => name)).toEqual(['b'])
    expect(await table.persist([{ b: 'x' }])).toMatchObject({ inserted: 1 })
  })

  it('are of no concern to another client after close()', async () => {
    await db.close()
    expect(expected.size).toBe(4)
    expect(await readEach(path, [...expected.keys()])).toEqual([...expected.values()])
  })
})

let db: PersistenceService | undefined
afterEach(() => db?.close())

it('a collated column is no hindrance to keys of other types', async () => {
  db = await open(newDatabase(folder))
  await db.run('CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR COLLATE NOCASE UNIQUE, j JSON UNIQUE)')
  const table = await db.table('t')
  const rows = [
    { id: 1, name: 'a', j: {} },
    { id: 2, name: 'A', j: [] },
    { id: 2, name: 'b', j: 1 },
    { id: 3, name: 'c', j: [] },
  ]
  const { rejections } = await table.persist(rows, { onRowError: 'skip' })
  expect(rejections.map(({ index, conflictIndex }) => [index, conflictIndex])).toEqual([
    [2, 1],
    [3, 1],
  ])
})

it('the view of a store that an earlier version made is replaced', async () => {
  const path = newDatabase(folder)
  db = await open(path)
  const store = new DuckDBStorageAdapter({ database: db, tableName: 'kept' })
  await store.set('a', 1)
  await store.close()
  await db.run('CREATE OR REPLACE VIEW kept AS SELECT key, value FROM __duckpaddle_kept_log')
  const again = new DuckDBStorageAdapter({ database: db, tableName: 'kept' })
  await again.set('a', 2)
  await again.close()
  await db.close()
  expect(await readDatabase(path, 'SELECT value::VARCHAR AS value FROM kept')).toEqual([{ value: '2' }])
})

it('a schema called temp is not taken for that of temporary tables', async () => {
  db = await open(newDatabase(folder))
  await db.run('CREATE SCHEMA temp')
  const table = await db.table('t', { columns: { id: 'INTEGER', v: 'INTEGER' }, key: ['id'] })
  const rows = [{ id: 1, v: 1 }, { id: 1 }, { id: 2, v: 2 }]
  expect(await table.persist(rows, { onConflict: 'ignore' })).toMatchObject({ inserted: 2, ignored: 1 })
  expect(await table.persist(rows, { onRowError: 'skip' })).toMatchObject({ rejected: 3 })
  expect(await table.persist(rows, { onConflict: 'update' })).toMatchObject({ updated: 3 })
})

it('an error has its code whether or not DuckDB writes it as JSON', async () => {
  db = await open(newDatabase(folder), {
    memoryLimit: '20MB',
    config: { errors_as_json: 'true', max_temp_directory_size: '0KB' },
  })
  await expect(db.query('SELECT nope')).rejects.toMatchObject({
    code: 'PERSIST_QUERY_FAILED',
    message: /^The query failed: Binder Error: /,
  })
  const large = 'SELECT list(i) FROM range(20_000_000) r(i)'
  await expect(db.query(large)).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
})
