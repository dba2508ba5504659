import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { duplicate, outcomesOf, written } from '../support/call-outcomes.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { readEach } from '../support/read-database.js'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, openForTest, placeForTest } from '../support/test-engine.js'
import { persist } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new StoredTables(newDatabase(folder))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const keyed = { columns: { id: 'INTEGER', n: 'INTEGER' }, key: ['id'] }

describe('callers that await a row each', () => {
  it('have a receipt each, of a thousand at once', async () => {
    const table = await tables.create({ columns: { id: 'INTEGER NOT NULL' } })
    const before = tables.db.stats()
    const outcomes = await outcomesOf(range(1000).map((id) => persist(table, [{ id }])))
    expect(outcomes).toEqual(range(1000).map(() => written()))
    const { persisted, rows, waiting, persisting, inFlightBytes } = tables.db.stats()
    expect({ waiting, persisting, inFlightBytes }).toEqual({ waiting: 0, persisting: 0, inFlightBytes: 0 })
    expect([persisted - before.persisted, rows - before.rows]).toEqual([1000, 1000])
    const sql = `SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM ${nameOf(table)}`
    await tables.expectStored(sql, [{ n: 1000, ids: 1000 }])
  })

  it('are refused the keys that earlier callers have', async () => {
    const table = await tables.create(keyed)
    const calls = range(600).map((n) => persist(table, [{ id: n % 300, n }]))
    expect(await outcomesOf(calls)).toEqual(range(600).map((n) => (n < 300 ? written() : duplicate())))
    const sql = `SELECT count(*)::INT AS n, max(n) AS last FROM ${nameOf(table)}`
    await tables.expectStored(sql, [{ n: 300, last: 299 }])
  })

  it('are served in bounded memory, 10,000 of one turn of the event loop', async () => {
    const maxInFlightBytes = 2 * 1024 * 1024
    const db = await openForTest(':memory:', { maxInFlightBytes })
    const table = await db.table('t', { ...placeForTest(), columns: { id: 'INTEGER', text: 'VARCHAR' } })
    const text = 'x'.repeat(4096)
    const before = process.memoryUsage().arrayBuffers
    const grown: number[] = []
    const measure = () => grown.push(process.memoryUsage().arrayBuffers - before)
    const calls = range(10_000).map((id) => {
      const call = table.persist([{ id, text }])
      return id % 50 === 0 ? call.finally(measure) : call
    })
    measure()
    await Promise.all(calls)
    expect(Math.max(...grown)).toBeLessThan(8 * maxInFlightBytes)
    expect(db.stats().peakInFlightBytes).toBeLessThanOrEqual(maxInFlightBytes)
    const sums = `SELECT count(DISTINCT id)::INT AS ids, sum(length(text))::INT AS length FROM ${nameOf('t')}`
    expect(await db.query(sums)).toEqual([{ ids: 10_000, length: 10_000 * 4096 }])
    await db.close()
  }, 180_000)

  it('run their own code in their own asynchronous contexts', async () => {
    const table = await tables.create(keyed)
    const storage = new AsyncLocalStorage<number>()
    const seen = range(50).map((): unknown[] => [])
    const look = (caller: number) => seen[caller]?.push(storage.getStore())
    async function* rowsOf(caller: number) {
      look(caller)
      yield { id: caller }
      await new Promise(setImmediate)
      look(caller)
      yield { id: 'x' }
    }
    const calls = range(50).map((caller) =>
      storage.run(caller, async () => {
        const rows = caller % 2 === 0 ? rowsOf(caller) : [{ id: caller }, { id: 'x' }]
        const onRowError = () => {
          look(caller)
          return 'skip' as const
        }
        await table.persist(rows, { onRowError })
        look(caller)
      }),
    )
    await Promise.all(calls)
    for (const [caller, stores] of seen.entries()) {
      expect(stores).toEqual(range(caller % 2 === 0 ? 4 : 2).map(() => caller))
    }
  })
})

it('a lost worker fails calls as a whole, and what is called then works on a fresh one', async () => {
  const path = newDatabase(folder)
  const db = await openForTest(path, { resourceLimits: smallHeap })
  const columns = { call: 'INTEGER', id: 'INTEGER' }
  const targets = [
    await db.table('plain', { ...placeForTest(), columns }),
    await db.table('by_key', { ...placeForTest(), columns, key: ['id'] }),
  ]
  const rowsOf = (call: number) => range(3).map((index) => ({ call, id: 3 * call + index }))
  const call = (number: number) => targets[number % 2]?.persist(rowsOf(number)) ?? Promise.reject()
  const lost = expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
  const outcomes = await outcomesOf(range(60).map(call))
  await lost
  for (const outcome of outcomes)
    expect(['PERSIST_WORKER_LOST', written({ inserted: 3 })]).toContainEqual(outcome)
  expect(await outcomesOf([call(60), call(61)])).toEqual([written({ inserted: 3 }), written({ inserted: 3 })])
  expect(db.stats()).toMatchObject({ workers: 2, waiting: 0, persisting: 0, inFlightBytes: 0 })
  await db.close()
  const counts = ['plain', 'by_key'].map(
    (table) => `SELECT call, count(*)::INT AS n FROM ${nameOf(table)} GROUP BY call`,
  )
  const found = (await readEach(path, counts)).flat()
  expect(found.filter(({ n }) => n !== 3)).toEqual([])
  const there = new Set(found.map((row) => row.call))
  // One that was being committed may be there, though its caller was told that the worker was lost.
  const acknowledged = range(62).filter((number) => outcomes[number] !== 'PERSIST_WORKER_LOST')
  expect(acknowledged.filter((number) => !there.has(number))).toEqual([])
})
