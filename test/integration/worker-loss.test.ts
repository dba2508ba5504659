import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const resourceLimits = smallHeap

function* endless() {
  for (let id = 0; ; id++) yield { id }
}

it('a lost worker rejects what was running, and the next call works on a fresh one', async () => {
  const db = await open(newDatabase(folder), { resourceLimits })
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
  await table.persist([{ id: -1 }])
  const lost = { code: 'PERSIST_WORKER_LOST', isDataLost: false }
  const running = [table.persist(endless()), loseWorker(db)]
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
  await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST', isDataLost: true })
  await expect(table.persist([{ id: 1 }])).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
  const again = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
  expect(await again.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
  await db.close()
})

it('close() after the worker was lost releases the file', async () => {
  const path = newDatabase(folder)
  const db = await open(path, { resourceLimits })
  await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
  await db.close()
  await (await open(path)).close()
})

describe('a result that could exhaust the heap of the worker', () => {
  const few: [string, sql: string][] = [
    ['a text', "SELECT repeat('x', 50000000) AS v"],
    ['a list in a struct in a list', 'SELECT [{ a: list(i) }] AS v FROM range(2000000) r(i)'],
    ['many columns', `SELECT ${Array.from({ length: 40 }, (_, i) => `repeat('${i}', 1000000)`).join(', ')}`],
  ]
  const others: typeof few = [
    ['a list', 'SELECT list(i) AS v FROM range(5000000) r(i)'],
    ['JSON', "SELECT ('[' || repeat('{},', 2000000) || '0]')::JSON AS v"],
    ['a map', "SELECT map(list(i), list('x' || i)) AS v FROM range(1000000) r(i)"],
    ['lists of lists', 'SELECT list([i, i, i]) AS v FROM range(1000000) r(i)'],
  ]

  let db: PersistenceService
  beforeAll(async () => {
    db = await open(newDatabase(folder), { resourceLimits })
  })
  afterAll(() => db.close())

  it.each(fewOf(few, others))('fails its own call, and no other (%s)', async (_, sql) => {
    const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
    const rows = Array.from({ length: 50_000 }, (__, id) => ({ id }))
    const outcomes = await Promise.allSettled([
      table.persist(rows),
      db.query(sql),
      db.query('SELECT count(*)::INT AS n FROM range(3000000)'),
      db.query(sql),
      db.checkpoint(),
    ])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: { inserted: 50_000 } },
      { status: 'rejected', reason: { code: 'PERSIST_OUT_OF_MEMORY' } },
      { status: 'fulfilled', value: [{ n: 3_000_000 }] },
      { status: 'rejected', reason: { code: 'PERSIST_OUT_OF_MEMORY' } },
      { status: 'fulfilled' },
    ])
    expect(db.stats().workers).toBe(1)
  })

  it("is read where it fits, row by row if need be, and all that is kept of it is main's", async () => {
    const rows = await db.query("SELECT repeat('x', 1000000) AS v, i::INT AS i FROM range(100) r(i)")
    expect(rows.map(({ v, i }) => [String(v).length, i])).toEqual(
      Array.from({ length: 100 }, (_, i) => [1_000_000, i]),
    )
    const sparse = await db.query(
      "SELECT CASE WHEN i % 7 = 0 THEN repeat('x', 100) END AS v, CASE WHEN i % 2 = 0 THEN [i] END AS l FROM range(5000) r(i)",
    )
    expect(sparse).toHaveLength(5000)
    expect(db.stats().workers).toBe(1)
  })
})
