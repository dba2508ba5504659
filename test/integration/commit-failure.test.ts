import { existsSync, statSync } from 'node:fs'
import { open, type PersistenceService } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const count = 1_000_000

function* rows(step = 1) {
  for (let id = 0; id < count; id += step) yield { id }
}

/** Fails a COMMIT half way: its rows fit into 16 MB, and its index does not. */
type Failure = readonly [string, (db: PersistenceService) => Promise<unknown>]
const byPersist: Failure = ['persist()', async (db) => (await db.table('t')).persist(rows())]
const byStatement: Failure = [
  'a statement',
  (db) => db.run(`INSERT INTO t SELECT range FROM range(${count})`),
]
const byCommit: Failure = [
  'COMMIT by SQL',
  (db) => db.run(`BEGIN; INSERT INTO t SELECT range FROM range(${count}); COMMIT`),
]

async function prepare(path: string): Promise<PersistenceService> {
  const db = await open(path, { memoryLimit: '16MB', threads: 1 })
  await db.run('CREATE TABLE t (id BIGINT PRIMARY KEY)')
  await db.run('CREATE TABLE other (id BIGINT)')
  await db.run('INSERT INTO other VALUES (7)')
  return db
}

describe('a COMMIT that fails for memory', () => {
  it.each(fewOf([byPersist], [byStatement, byCommit]))(
    'by %s leaves no key behind, in the same service',
    async (_, fail) => {
      const path = newDatabase(folder)
      const db = await prepare(path)
      await expect(fail(db)).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
      await db.run('INSERT INTO other VALUES (8)')
      expect(db.stats().workers).toBe(2)
      await db.run("SET GLOBAL memory_limit = '1GB'")
      expect(await (await db.table('t')).persist(rows(100))).toMatchObject({ inserted: count / 100 })
      await db.close()
      const again = await open(path)
      expect(await again.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: count / 100 }])
      expect(await again.query('SELECT id FROM other ORDER BY id')).toEqual([{ id: 7n }, { id: 8n }])
      await again.close()
    },
  )

  it.each(fewOf([byStatement], [byPersist, byCommit]))(
    'by %s leaves no key behind, where close() is the next call',
    async (_, fail) => {
      const path = newDatabase(folder)
      const db = await prepare(path)
      await expect(fail(db)).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
      await db.close()
      // Closed without a checkpoint: what was committed is in the log.
      expect(existsSync(`${path}.wal`) && statSync(`${path}.wal`).size).toBeGreaterThan(0)
      const again = await open(path)
      expect(await again.run(`INSERT INTO t SELECT range FROM range(0, ${count}, 100)`)).toEqual({
        rowsChanged: count / 100,
      })
      expect(await again.query('SELECT id FROM other')).toEqual([{ id: 7n }])
      await again.close()
    },
  )

  it('says what it has done to a database in memory, which stays', async () => {
    const db = await prepare(':memory:')
    const fill = db.run(`INSERT INTO t SELECT range FROM range(${count})`)
    await expect(fill).rejects.toMatchObject({
      code: 'PERSIST_OUT_OF_MEMORY',
      message: expect.stringContaining('create these tables anew'),
    })
    expect(await db.query('SELECT id FROM other')).toEqual([{ id: 7n }])
    expect(db.stats().workers).toBe(1)
    await db.run('CREATE TABLE anew (id BIGINT PRIMARY KEY); INSERT INTO anew FROM t; DROP TABLE t')
    await db.run('ALTER TABLE anew RENAME TO t')
    expect(await db.run('INSERT INTO t SELECT range FROM range(0, 1000000, 1000)')).toEqual({
      rowsChanged: 1000,
    })
    await db.close()
  })
})

it('a COMMIT that DuckDB refuses for a key does not open the database again', async () => {
  const db = await open(newDatabase(folder))
  await db.run('CREATE TABLE t (id BIGINT PRIMARY KEY)')
  await expect(
    db.run('BEGIN; INSERT INTO t VALUES (1), (2); INSERT INTO t VALUES (1); COMMIT'),
  ).rejects.toMatchObject({
    code: 'PERSIST_QUERY_FAILED',
  })
  expect(await db.run('INSERT INTO t VALUES (1), (2)')).toEqual({ rowsChanged: 2 })
  expect(db.stats().workers).toBe(1)
  await db.close()
})
