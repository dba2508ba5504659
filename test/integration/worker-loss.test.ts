import { open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const resourceLimits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }
/** One value of several million JavaScript objects, which no page of a result can divide. */
const overflow = 'SELECT list(i) AS l FROM range(5000000) r(i)'

function* endless() {
  for (let id = 0; ; id++) yield { id }
}

it('a lost worker rejects what was running, and the next call works on a fresh one', async () => {
  const db = await open(newDatabase(folder), { resourceLimits })
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
  await table.persist([{ id: -1 }])
  const lost = { code: 'PERSIST_WORKER_LOST', isDataLost: false }
  const running = [table.persist(endless()), db.query(overflow)]
  for (const result of await Promise.allSettled(running)) {
    expect(result).toMatchObject({ status: 'rejected', reason: lost })
  }
  expect(await db.query('SELECT id FROM t')).toEqual([{ id: -1n }])
  await table.persist([{ id: 1 }])
  expect(await db.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 2 }])
  expect(db.stats()).toMatchObject({ workers: 2, inFlightBytes: 0 })
  await db.close()
})

it('a lost worker takes an in-memory database with it, and says so', async () => {
  const db = await open(':memory:', { resourceLimits })
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
  await expect(db.query(overflow)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST', isDataLost: true })
  await expect(table.persist([{ id: 1 }])).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
  const again = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
  expect(await again.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
  await db.close()
})

it('close() after the worker was lost releases the file', async () => {
  const path = newDatabase(folder)
  const db = await open(path, { resourceLimits })
  await expect(db.query(overflow)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
  await db.close()
  await (await open(path)).close()
})
