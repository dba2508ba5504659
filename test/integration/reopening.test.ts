import { rmSync, writeFileSync } from 'node:fs'
import { open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** A service whose database DuckDB gives up at the next checkpoint. */
async function openInvalidated(path: string) {
  const db = await open(path)
  const table = await db.table('t', { columns: { id: 'BIGINT' } })
  await table.persist([{ id: 1 }])
  await db.run("SET GLOBAL debug_checkpoint_abort = 'before_truncate'")
  return { db, table }
}

it('a read under way is told that the database became unusable, not that anybody aborted it', async () => {
  const { db, table } = await openInvalidated(newDatabase(folder))
  const reading = db.query('SELECT count(*) FROM range(1000000) a, range(1000000) b')
  const invalid = { code: 'PERSIST_DATABASE_INVALID' }
  await Promise.all([
    expect(reading).rejects.toMatchObject(invalid),
    expect(db.checkpoint()).rejects.toMatchObject(invalid),
  ])
  await table.persist([{ id: 2 }])
  expect(await db.query('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1n }, { id: 2n }])
  await db.close()
})

it('a call whose rows are still coming rejects, and nothing of it is written', async () => {
  const { db, table } = await openInvalidated(newDatabase(folder))
  const invalid = { code: 'PERSIST_DATABASE_INVALID' }
  async function* rows() {
    for (let id = 10; id < 50_000; id++) yield { id }
    await new Promise(setImmediate)
    await expect(db.checkpoint()).rejects.toMatchObject(invalid)
    for (let id = 50_000; id < 500_000; id++) yield { id }
  }
  // By whether its worker was asked for something before it ended.
  const code = expect.stringMatching(/^PERSIST_(DATABASE_INVALID|WORKER_LOST)$/)
  await expect(table.persist(rows())).rejects.toMatchObject({ code })
  await table.persist([{ id: 2 }])
  expect(await db.query('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1n }, { id: 2n }])
  await db.close()
})

it('a reopening that fails rejects the calls that wait for it, and the next call tries again', async () => {
  const path = newDatabase(folder)
  const { db, table } = await openInvalidated(path)
  await expect(db.checkpoint()).rejects.toMatchObject({ code: 'PERSIST_DATABASE_INVALID' })
  // After the call: the thread that has the file still closes it.
  rmSync(path)
  rmSync(`${path}.wal`, { force: true })
  writeFileSync(path, 'this is no database, though it is long enough to be taken for one'.repeat(100))
  for (let time = 0; time < 3; time++) {
    const calls = [db.query('SELECT 1'), table.persist([{ id: 2 }]), db.run('SELECT 1'), db.checkpoint()]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'PERSIST_OPEN_FAILED' } })
    }
  }
  rmSync(path)
  await db.table('t', { columns: { id: 'BIGINT' } })
  expect(await table.persist([{ id: 3 }])).toMatchObject({ inserted: 1 })
  await db.close()
})
