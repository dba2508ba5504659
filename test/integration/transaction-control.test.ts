import { Readable } from 'node:stream'
import type { PersistenceService, Table, Transaction } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyOther, isLong } from '../support/generated-cases.js'
import { holdTurn } from '../support/hold-turn.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, openForTest, placeForTest } from '../support/test-engine.js'

const folder = temporaryFolder()
const longQuery = 'SELECT count(*) FROM range(1000000) a, range(1000000) b'
const idle = { waiting: 0, persisting: 0, querying: 0, inFlightBytes: 0 }
const never = new Promise<never>(() => {})

interface Opened {
  readonly db: PersistenceService
  readonly table: Table
}

async function openWithTable(path = ':memory:', options = {}): Promise<Opened> {
  const db = await openForTest(path, options)
  return { db, table: await createTable(db) }
}

async function createTable(db: PersistenceService): Promise<Table> {
  const columns = { id: 'BIGINT NOT NULL' }
  return (await db.table('t', { ...placeForTest(), columns, key: ['id'] })) as Table
}

/** For what does not end it: a thread takes long to start. */
let shared: Opened
beforeAll(async () => {
  shared = await openWithTable()
})
beforeEach(async () => {
  await shared.db.run(`DROP TABLE IF EXISTS ${nameOf('t')}`)
  shared = { db: shared.db, table: await createTable(shared.db) }
})
afterAll(() => shared.db.close())

function* endless() {
  for (let id = 2; ; id++) yield { id }
}

/** What the callback waits for, once it has written a row. */
const waits: [string, (tx: Transaction, table: Table) => Promise<unknown>][] = [
  ['a statement is running', (tx) => tx.query(longQuery)],
  ['rows are written', (tx, table) => tx.persist(table, endless())],
  ['rows are waited for', (tx, table) => tx.persist(table, new Readable({ objectMode: true, read() {} }))],
  ['the callback waits for something else', () => never],
  ['several calls wait', (tx, table) => Promise.all([tx.run(longQuery), tx.persist(table, [{ id: 2 }])])],
]

/** @param caught - Is given what calls of the transaction reject with. */
function transact({ db, table }: Opened, wait: (typeof waits)[number][1], caught: unknown[], options = {}) {
  const keep = (error: unknown) => caught.push(error)
  return db.transaction(async (tx) => {
    await tx.persist(table, [{ id: 1 }])
    await wait(tx, table).catch(keep)
    await tx.query('SELECT 1').catch(keep)
  }, options)
}

describe.each([
  ['signal', () => ({ signal: AbortSignal.timeout(100) }), 0],
  ['timeoutMs', () => ({ timeoutMs: 100 }), 1],
])('%s of a transaction', (_, limit, turn) => {
  const aborted = { code: 'PERSIST_ABORTED', cause: { name: 'TimeoutError' } }

  it('gives up its place in the queue, and its callback is not called', async () => {
    const { db, table } = shared
    const turn = holdTurn(table)
    await turn.begun
    let isCalled = false
    const work = async () => {
      isCalled = true
    }
    await expect(db.transaction(work, limit())).rejects.toMatchObject(aborted)
    expect(db.stats().waiting).toBe(0)
    await turn.end()
    await db.transaction((tx) => tx.persist(table, [{ id: 1 }]))
    expect(isCalled).toBe(false)
  })

  it.each(waits.filter((_wait, at) => isLong || at % 2 === turn))(
    'rolls back at once while %s',
    async (_title, wait) => {
      const { db, table } = shared
      const caught: unknown[] = []
      await expect(transact(shared, wait, caught, limit())).rejects.toMatchObject(aborted)
      expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 0 }])
      for (const error of caught) expect(error).toMatchObject(aborted)
      expect(await table.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
      expect(db.stats()).toMatchObject(idle)
    },
  )
})

describe('a signal', () => {
  it('that is aborted already has the callback not called', async () => {
    const { db } = shared
    const reason = new Error('enough')
    let isCalled = false
    const work = async () => {
      isCalled = true
    }
    const transaction = db.transaction(work, { signal: AbortSignal.abort(reason) })
    await expect(transaction).rejects.toMatchObject({ code: 'PERSIST_ABORTED', cause: reason })
    expect(isCalled).toBe(false)
  })

  it('is without effect once the commit has been asked for', async () => {
    const path = newDatabase(folder)
    const { db, table } = await openWithTable(path)
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id }))
    const controller = new AbortController()
    const transaction = db.transaction(
      async (tx) => {
        await tx.persist(table, rows)
        setImmediate(() => controller.abort())
        return 'committed'
      },
      { signal: controller.signal },
    )
    expect(await transaction).toBe('committed')
    expect(controller.signal.aborted).toBe(true)
    await db.close()
    expect(await readDatabase(path, `SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 50_000 }])
  })

  it('may be shared by a transaction and the calls of it', async () => {
    const { db, table } = shared
    const controller = new AbortController()
    const { signal } = controller
    const transaction = db.transaction(
      async (tx) => {
        for (let id = 0; id < 20; id++) await tx.persist(table, [{ id }], { signal })
        controller.abort()
        await tx.persist(table, [{ id: 20 }], { signal })
      },
      { signal },
    )
    await expect(transaction).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await db.query(`SELECT * FROM ${nameOf('t')}`)).toEqual([])
  })
})

describe('close()', () => {
  it('waits for a transaction, whose calls are let in meanwhile', async () => {
    const path = newDatabase(folder)
    const { db, table } = await openWithTable(path)
    let reach = () => {}
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    let goOn = () => {}
    const asked = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const transaction = db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 1 }])
      reach()
      await asked
      await tx.persist(table, [{ id: 2 }])
      return tx.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)
    })
    const next = db.transaction((tx) => tx.persist(table, [{ id: 3 }]))
    await reached
    const closed = db.close()
    await expect(db.transaction(async () => 1)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    goOn()
    expect(await transaction).toEqual([{ n: 2 }])
    await next
    expect(await closed).toEqual({ interrupted: 0 })
    expect(await readDatabase(path, `SELECT id::INT AS id FROM ${nameOf('t')} ORDER BY id`)).toEqual(
      [1, 2, 3].map((id) => ({ id })),
    )
  })

  it.each(everyOther(waits))('with timeoutMs interrupts one while %s, and rolls it back', async (_, wait) => {
    const path = newDatabase(folder)
    const opened = await openWithTable(path)
    const caught: unknown[] = []
    const transaction = transact(opened, wait, caught)
    const rejected = expect(transaction).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    const waiting = expect(opened.db.transaction(async () => 1)).rejects.toMatchObject({
      code: 'PERSIST_ABORTED',
    })
    expect(await opened.db.close({ timeoutMs: 100 })).toEqual({ interrupted: 2 })
    await Promise.all([rejected, waiting])
    for (const error of caught) expect(error).toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await readDatabase(path, `SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 0 }])
  })
})

describe('maxWaitingCalls', () => {
  it('refuses transactions beyond it at once', async () => {
    const { db, table } = await openWithTable(':memory:', { maxWaitingCalls: 2 })
    const turn = holdTurn(table)
    await turn.begun
    const transactions = [1, 2].map((id) => db.transaction((tx) => tx.persist(table, [{ id }])))
    await expect(db.transaction(async () => 1)).rejects.toMatchObject({ code: 'PERSIST_OVERLOADED' })
    await turn.end()
    await Promise.all(transactions)
    expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 2 }])
    await db.close()
  })
})

describe('the memory of a transaction', () => {
  it('is bounded in what it hands over, however fast the rows come', async () => {
    const maxInFlightBytes = 256 * 1024
    const db = await openForTest(':memory:', { maxInFlightBytes })
    const columns = { id: 'BIGINT NOT NULL', text: 'VARCHAR' } as const
    const table = await db.table('t', { ...placeForTest(), columns, key: ['id'] })
    async function* rows() {
      for (let id = 0; id < 50_000; id++) yield { id, text: 'x'.repeat(200) }
    }
    await db.transaction(async (tx) => {
      await tx.persist(table, rows())
      await tx.persist(table, rows(), { onConflict: 'update' })
    })
    const { peakInFlightBytes, inFlightBytes } = db.stats()
    expect(peakInFlightBytes).toBeLessThanOrEqual(maxInFlightBytes)
    expect(inFlightBytes).toBe(0)
    expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 50_000 }])
    await db.close()
  })

  it('has nothing of the rows that were staged for a call once the next one runs', async () => {
    const { db, table } = shared
    const left = await db.transaction(async (tx) => {
      for (let id = 0; id < 50; id++) await tx.persist(table, [{ id }], { onConflict: 'update' })
      return tx.query(
        "SELECT table_name FROM duckdb_tables() WHERE temporary OR table_name LIKE 'duckpaddle%'",
      )
    })
    expect(left).toEqual([])
  })
})
