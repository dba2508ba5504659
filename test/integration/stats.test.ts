import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type Durations, open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

function countsOf(durations: Durations): Record<string, number> {
  return Object.fromEntries(Object.entries(durations).map(([name, { count }]) => [name, count]))
}

it('durations count what has been done, and nothing that has failed', async () => {
  const db = await open(':memory:')
  const table = await db.table('t', { columns: { id: 'BIGINT' } })
  const none = { waiting: 0, encoding: 0, writing: 0, commit: 0, query: 0, slice: 0 }
  expect(countsOf(db.stats().durations)).toEqual(none)
  await Promise.all([table.persist([{ id: 1 }]), table.persist([{ id: 2 }]), table.persist([{ id: 3 }])])
  // The calls may be of one commit, or of two: the first is not known to be alone.
  const { commits } = db.stats()
  const shared = { waiting: 3, encoding: commits, writing: commits, commit: commits, query: 0 }
  expect(countsOf(db.stats().durations)).toMatchObject(shared)
  await expect(table.persist([{ id: 'x' as never }])).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
  await expect(db.query('SELECT nothing')).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  expect(countsOf(db.stats().durations)).toMatchObject(shared)
  await db.query('SELECT 1')
  await db.run('DELETE FROM t')
  for await (const _ of db.stream('SELECT 1'));
  expect(countsOf(db.stats().durations)).toMatchObject({ ...shared, query: 2 })
  await db.transaction(async (tx) => {
    await tx.persist(table, [{ id: 1 }])
    await tx.query('SELECT 1')
  })
  const after = countsOf(db.stats().durations)
  // The transaction has waited for its turn, and its call for that of its own.
  expect(after).toMatchObject({ waiting: 5, encoding: commits + 1, commit: commits + 1, query: 2 })
  await db.close()
})

it('durations of a large call are those of its receipt', async () => {
  const db = await open(':memory:')
  const table = await db.table('t', { columns: { id: 'BIGINT', text: 'VARCHAR' } })
  const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, text: `text of ${id}` }))
  const receipt = await table.persist(rows)
  const { durations } = db.stats()
  expect(durations.slice.count).toBe(receipt.slices)
  expectNear(durations.slice.maxMs, receipt.longestSliceMs)
  expectNear(durations.encoding.meanMs, receipt.encodeMs)
  for (const { count, minMs, meanMs, p50Ms, p99Ms, maxMs } of Object.values({ ...durations })) {
    if (count === 0) continue
    const inOrder = [minMs, p50Ms, p99Ms, maxMs]
    expect(inOrder).toEqual([...inOrder].sort((left, right) => left - right))
    expect(meanMs).toBeGreaterThanOrEqual(minMs * 0.99)
    expect(meanMs).toBeLessThanOrEqual(maxMs * 1.01)
  }
  await db.close()
})

it('walBytes are those of the file after a commit, a statement and a checkpoint', async () => {
  const database = newDatabase(folder)
  const db = await open(database)
  const walBytes = () => statSync(`${database}.wal`, { throwIfNoEntry: false })?.size ?? 0
  expect(db.stats().walBytes).toBe(0)
  await db.run('CREATE TABLE t (id BIGINT)')
  expect(db.stats().walBytes).toBe(walBytes())
  await (await db.table('t')).persist([{ id: 1 }])
  expect(db.stats().walBytes).toBe(walBytes())
  expect(walBytes()).toBeGreaterThan(0)
  await db.checkpoint()
  expect(db.stats().walBytes).toBe(0)
  await db.close()
})

it('fileBytes are those of the file as it was opened, and after each commit and checkpoint', async () => {
  const database = newDatabase(folder)
  const fileBytes = () => statSync(database).size
  const db = await open(database)
  const opened = db.stats().fileBytes
  expect(opened).toBe(fileBytes())
  const table = await db.table('t', { columns: { id: 'BIGINT' } })
  await table.persist(Array.from({ length: 10_000 }, (_, id) => ({ id })))
  expect(db.stats().fileBytes).toBe(fileBytes())
  await db.checkpoint()
  expect(db.stats().fileBytes).toBe(fileBytes())
  expect(fileBytes()).toBeGreaterThan(opened)
  await db.close()
  const reader = await open(database, { readOnly: true })
  expect(reader.stats().fileBytes).toBe(fileBytes())
  await reader.close()
})

/** Leaves the processor to others before the next one. */
async function unhurried(call: Promise<unknown>): Promise<void> {
  await call
  await setTimeout(20)
}

it('memoryBytes are those of DuckDB, and follow what is written, read and lost', async () => {
  const db = await open(':memory:', { resourceLimits: smallHeap })
  const opened = db.stats().memoryBytes
  const table = await db.table('t', { columns: { id: 'BIGINT' } })
  const rows = Array.from({ length: 500_000 }, (_, id) => ({ id }))
  await table.persist(rows)
  // They are asked for once a second, and come with one of the answers.
  while (db.stats().memoryBytes < opened + 1_000_000) await unhurried(table.persist([{ id: 1 }]))
  const { memoryBytes } = await db.health({ timeoutMs: 60_000 })
  expect(Math.abs(db.stats().memoryBytes - Number(memoryBytes))).toBeLessThan(1_000_000)
  await db.run('DROP TABLE t')
  while (db.stats().memoryBytes > opened + 500_000) await unhurried(db.query('SELECT 1'))
  await db.run('CREATE TABLE t AS SELECT range AS id FROM range(500_000)')
  while (db.stats().memoryBytes < opened + 1_000_000) await unhurried(db.query('SELECT 1'))
  await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
  expect(db.stats().memoryBytes).toBeGreaterThan(opened + 1_000_000)
  expect(db.stats().fileBytes).toBe(0)
  // The new instance is measured as it is opened.
  await db.query('SELECT 1')
  expect(db.stats().memoryBytes).toBeLessThan(opened + 500_000)
  await db.close()
})

it('stats() and what is in it cannot be changed', async () => {
  const db = await open(':memory:')
  const { durations } = db.stats()
  expect([db.stats(), durations, durations.commit].every(Object.isFrozen)).toBe(true)
  await db.close()
  expect(db.stats().durations).toEqual(durations)
})

function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected) / expected).toBeLessThan(0.02)
}
