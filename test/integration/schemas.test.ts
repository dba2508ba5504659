import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService

beforeAll(async () => {
  db = await open(path)
  await db.run('CREATE SCHEMA s; CREATE SCHEMA "an "" odd.one"; CREATE SCHEMA "ö"; CREATE SCHEMA "Ö"')
})
afterAll(() => db.close())

describe('db.table(name, { schema })', () => {
  it('creates a table there, and tells it from that of the same name in main', async () => {
    const columns = { id: 'BIGINT', name: 'VARCHAR' } as const
    const inMain = await db.table('t', { columns, key: ['id'] })
    const inSchema = await db.table('t', { schema: 's', columns, key: ['id'] })
    expect([inMain.schema, inSchema.schema, inSchema.name]).toEqual(['main', 's', 't'])
    await Promise.all([
      inMain.persist([{ id: 1, name: 'main' }]),
      inSchema.persist([
        { id: 1, name: 's' },
        { id: 2, name: 's' },
      ]),
    ])
    expect(await db.query('SELECT * FROM main.t')).toEqual([{ id: 1n, name: 'main' }])
    const receipt = await inSchema.persist([{ id: 2, name: 'new' }], { onConflict: 'update' })
    expect(receipt).toMatchObject({ inserted: 0, updated: 1 })
    expect(await db.query('SELECT * FROM s.t ORDER BY id')).toEqual([
      { id: 1n, name: 's' },
      { id: 2n, name: 'new' },
    ])
  })

  it.each(['an " odd.one', 'ö', 'Ö'])('takes the schema %s', async (schema) => {
    const table = await db.table('a.b', { schema, columns: { id: 'INTEGER' }, primaryKey: ['id'] })
    await table.persist([{ id: 1 }])
    await expect(table.persist([{ id: 1 }])).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { code: 'duplicate-key' },
    })
    const again = await db.table('A.b', { schema })
    expect(again.key).toEqual(['id'])
    await again.persist([{ id: 2 }, { id: 1 }], { onConflict: 'ignore' })
    const quoted = `"${schema.replaceAll('"', '""')}"."a.b"`
    expect(await db.query(`SELECT id FROM ${quoted} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('finds the constraints of a table there, and what refers to it, and not those of its namesake', async () => {
    await db.run(`CREATE TABLE p (id INT PRIMARY KEY, n INT CHECK (n > 100));
      CREATE TABLE s.p (id INT PRIMARY KEY, n INT CHECK (n > 0), u INT UNIQUE);
      CREATE TABLE s.c (id INT REFERENCES s.p (id), v INT DEFAULT 7);
      CREATE TABLE c (id INT)`)
    const parents = await db.table('p', { schema: 's' })
    const children = await db.table('c', { schema: 's' })
    const rows = [
      { id: 1, n: 1, u: 1 },
      { id: 2, n: 0, u: 2 },
      { id: 3, n: 3, u: 1 },
    ]
    const receipt = await parents.persist(rows, { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual([
      [1, 'check'],
      [2, 'unique'],
    ])
    const orphans = await children.persist([{ id: 1 }, { id: 9 }], { onRowError: 'skip' })
    expect(orphans.rejections).toMatchObject([{ index: 1, code: 'foreign-key' }])
    expect(await db.query('SELECT * FROM s.c')).toEqual([{ id: 1, v: 7 }])
    const bound = await parents.persist([{ id: 1, n: 5, u: 8 }], { onConflict: 'update', onRowError: 'skip' })
    expect(bound.rejections).toMatchObject([{ code: 'foreign-key' }])
  })

  it('rejects for a table, or a schema, that is not there', async () => {
    const missing = { code: 'PERSIST_TABLE_NOT_FOUND', message: 'There is no table `nobody` in the schema s' }
    await expect(db.table('nobody', { schema: 's' })).rejects.toMatchObject(missing)
    await expect(db.table('t', { schema: 'nowhere' })).rejects.toMatchObject({
      code: 'PERSIST_TABLE_NOT_FOUND',
    })
    const columns = { id: 'INT' } as const
    await expect(db.table('t', { schema: 'nowhere', columns })).rejects.toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
      message: expect.stringContaining('nowhere'),
    })
    for (const schema of ['', 'a\0b', 1, null]) {
      await expect(db.table('t', { schema } as never)).rejects.toThrow(TypeError)
    }
  })

  it('writes where another client finds it', async () => {
    const file = newDatabase(folder)
    const service = await open(file)
    await service.run('CREATE SCHEMA s')
    const table = await service.table('t', { schema: 's', columns: { id: 'INT' } })
    await table.persist([{ id: 1 }])
    await service.close()
    expect(await readDatabase(file, 'SELECT id FROM s.t')).toEqual([{ id: 1 }])
  })
})

describe('table()', () => {
  it('does not wait for a persist() whose rows are still coming, and what is made meanwhile can be read', async () => {
    let end = () => {}
    const waiting = new Promise<void>((resolve) => {
      end = resolve
    })
    const slow = await db.table('slow', { columns: { id: 'INT' } })
    async function* rows() {
      yield { id: 1 }
      await waiting
      yield { id: 2 }
    }
    const persisted = slow.persist(rows())
    const made = await db.table('meanwhile', { columns: { id: 'INT' } })
    expect((await db.table('slow')).columns).toHaveLength(1)
    expect(await db.query('SELECT * FROM meanwhile')).toEqual([])
    end()
    expect(await persisted).toMatchObject({ inserted: 2 })
    await made.persist([{ id: 3 }])
  })

  it('sees what a run() before it has changed, awaited or not', async () => {
    await db.run('CREATE TABLE changing (a INT)')
    await db.table('changing')
    const run = db.run('ALTER TABLE changing ADD COLUMN b INT')
    expect((await db.table('changing')).columns.map(({ name }) => name)).toEqual(['a', 'b'])
    await run
    const all = db.run('BEGIN; ALTER TABLE changing DROP COLUMN a; COMMIT')
    expect((await db.table('changing')).columns.map(({ name }) => name)).toEqual(['b'])
    await all
  })

  it('finds a FOREIGN KEY that came later', async () => {
    const parents = await db.table('later', { columns: { id: 'INT', n: 'INT' }, primaryKey: ['id'] })
    await parents.persist([{ id: 1, n: 1 }])
    await db.run(
      'CREATE TABLE of_later (id INT REFERENCES later (id)); CREATE UNIQUE INDEX later_n ON later (n); INSERT INTO of_later VALUES (1)',
    )
    const again = await db.table('later')
    const receipt = await again.persist([{ id: 1, n: 2 }], { onConflict: 'update', onRowError: 'skip' })
    expect(receipt.rejections).toMatchObject([{ code: 'foreign-key' }])
  })
})
