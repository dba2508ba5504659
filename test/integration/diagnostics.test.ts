import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import { open } from 'duckpaddle'
import { afterEach, describe, expect, it } from 'vitest'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { onTrace, recordTraces, stopRecording } from '../support/record-traces.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { TestTables } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new TestTables()
const ms = expect.any(Number)

describe('duckpaddle:open and duckpaddle:worker', () => {
  it('are published in the order of tracePromise(), the worker within the opening', async () => {
    const recorded = recordTraces('duckpaddle:open', 'duckpaddle:worker')
    const database = newDatabase(folder)
    await (await open(database)).close()
    expect(recorded.events).toEqual([
      ...['open start', 'open end', 'worker start', 'worker end', 'worker asyncStart', 'worker asyncEnd'],
      ...['open asyncStart', 'open asyncEnd'],
    ])
    const duckdbVersion = expect.stringMatching(/^v1\./)
    expect(recorded.ended('duckpaddle:open')).toEqual([{ database, duckdbVersion, totalMs: ms }])
    const started = { database, event: 'start', number: 1, totalMs: ms }
    expect(recorded.ended('duckpaddle:worker')).toEqual([started])
  })

  it('have the error of an opening that fails', async () => {
    const recorded = recordTraces('duckpaddle:open', 'duckpaddle:worker')
    const options = { config: { no_such_setting: '1' } }
    const error = await open(':memory:', options).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    expect(recorded.events.filter((event) => event.endsWith('error'))).toEqual(['worker error', 'open error'])
    expect(recorded.ended('duckpaddle:open')).toEqual([{ database: ':memory:', totalMs: ms, error }])
  })

  it('say which worker was lost, and which follows it', async () => {
    const database = newDatabase(folder)
    const db = await open(database, { resourceLimits: smallHeap })
    const recorded = recordTraces('duckpaddle:worker')
    const losses: unknown[] = []
    onTrace('duckpaddle:worker', 'error', (context) => losses.push(context))
    await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    await db.query('SELECT 1')
    const error = expect.objectContaining({ code: 'PERSIST_WORKER_LOST', cause: expect.anything() })
    expect(losses).toEqual([{ database, event: 'loss', number: 1, error }])
    expect(recorded.events.slice(0, 3)).toEqual(['worker start', 'worker error', 'worker end'])
    expect(recorded.ended('duckpaddle:worker')).toMatchObject([{ event: 'start', number: 2 }])
    await db.close()
  })
})

describe('duckpaddle:persist and duckpaddle:commit', () => {
  it('tell of calls that share a commit', async () => {
    const [one, other] = [await tables.create('id INTEGER'), await tables.create('id INTEGER')]
    // What the tables are linked with is known then, and nobody waits for it.
    await Promise.all([one.persist([]), other.persist([])])
    const recorded = recordTraces('duckpaddle:persist', 'duckpaddle:commit')
    const calls = [one.persist([{ id: 1 }, { id: 2 }]), one.persist([{ id: 3 }]), other.persist([{ id: 4 }])]
    expect(recorded.events).toEqual(Array(3).fill(['persist start', 'persist end']).flat())
    const receipts = await Promise.all(calls)
    const [commit, ...more] = recorded.ended('duckpaddle:commit')
    expect(more).toEqual([])
    expect(commit).toEqual({
      ...{ database: ':memory:', id: ms, kind: 'group', calls: 3, rows: 4, walBytes: 0, isCommitted: true },
      tables: [
        { schema: 'main', name: one.name },
        { schema: 'main', name: other.name },
      ],
      ...{ bytes: ms, encodingMs: ms, writingMs: ms, commitMs: ms, totalMs: ms },
    })
    const persists = recorded.ended('duckpaddle:persist')
    expect(persists.map(({ table, rows }) => [table.name, rows])).toEqual([
      [one.name, 2],
      [one.name, 1],
      [other.name, 1],
    ])
    for (const [index, persist] of persists.entries()) {
      const { inserted, updated, ignored, rejected, bytes, encodeMs } = receipts[index] ?? {}
      expect(persist).toMatchObject({ inserted, updated, ignored, rejected, bytes, encodingMs: encodeMs })
      expect(persist).toMatchObject({ commit: commit?.id, calls: 3, tables: 2, database: ':memory:' })
      const { waitingMs = 0, encodingMs = 0, writingMs = 0, commitMs = 0, totalMs = 0 } = persist
      for (const part of [waitingMs, encodingMs, writingMs, commitMs]) expect(part).toBeGreaterThan(0)
      expect(waitingMs + encodingMs + writingMs + commitMs).toBeLessThanOrEqual(totalMs)
    }
  })

  it('tell of a call with many rows', async () => {
    const table = await tables.create('id INTEGER', { key: ['id'] })
    const recorded = recordTraces('duckpaddle:persist', 'duckpaddle:commit')
    const rows = Array.from({ length: 10_000 }, (_, id) => ({ id: id % 9000 }))
    await table.persist(rows, { onRowError: 'skip' })
    const [commit] = recorded.ended('duckpaddle:commit')
    expect(commit).toMatchObject({ kind: 'call', calls: 1, rows: 10_000, isCommitted: true, commitMs: ms })
    expect(recorded.ended('duckpaddle:persist')).toEqual([
      {
        ...{ database: ':memory:', table: { schema: 'main', name: table.name } },
        ...{ commit: commit?.id, calls: 1, tables: 1, bytes: ms },
        ...{ rows: 10_000, inserted: 9000, updated: 0, ignored: 0, rejected: 1000 },
        ...{ waitingMs: ms, encodingMs: ms, writingMs: ms, commitMs: ms, totalMs: ms },
      },
    ])
  })

  it('have the error of a call, and of it alone', async () => {
    const table = await tables.create('id INTEGER', { key: ['id'] })
    await table.persist([{ id: 1 }])
    const recorded = recordTraces('duckpaddle:persist', 'duckpaddle:commit')
    const calls = [[{ id: 2 }], [{ id: 1 }], [{ id: 'two' }]].map((rows) => table.persist(rows))
    const [, taken, wrong] = (await Promise.allSettled(calls)) as PromiseRejectedResult[]
    const persists = recorded.ended('duckpaddle:persist')
    const errors = persists.flatMap(({ error }) => (error === undefined ? [] : [error]))
    expect(new Set(errors)).toEqual(new Set([taken?.reason, wrong?.reason]))
    expect(recorded.events.filter((event) => event === 'persist error')).toHaveLength(2)
    const ofPersist = recorded.events.filter((event) => event.startsWith('persist'))
    expect(ofPersist).toContain('persist error')
    for (const [index, event] of ofPersist.entries()) {
      if (event === 'persist error') expect(ofPersist[index + 1]).toBe('persist asyncStart')
    }
    expect(persists.filter(({ error }) => error === undefined)).toMatchObject([{ inserted: 1 }])
  })

  it('have the error of arguments that are refused', async () => {
    const table = await tables.create('id INTEGER')
    const recorded = recordTraces('duckpaddle:persist')
    await expect(table.persist(7 as never)).rejects.toThrow(TypeError)
    const error = expect.any(TypeError)
    const of = { database: ':memory:', table: { schema: 'main', name: table.name } }
    expect(recorded.ended('duckpaddle:persist')).toEqual([{ ...of, totalMs: ms, error }])
  })
})

describe('duckpaddle:query', () => {
  it('has the text of a statement, what came of it, and never its parameters', async () => {
    const table = await tables.create('id INTEGER, secret VARCHAR')
    const recorded = recordTraces('duckpaddle:query')
    const { db } = tables
    const insert = `INSERT INTO ${table.name} SELECT range, $1 FROM range(5000)`
    await db.run(insert, ['hunter2'])
    const select = `SELECT id FROM ${table.name} WHERE secret = ?`
    await db.query(select, ['hunter2'])
    await db.query(`${select} LIMIT 3`, ['hunter2'], { columns: true })
    for await (const _ of db.stream(select, ['hunter2'])) break
    const error = await db.query('SELECT nothing', ['hunter2']).catch((reason) => reason)
    const ended = recorded.ended('duckpaddle:query')
    const of = { database: ':memory:', totalMs: ms }
    expect(ended).toEqual([
      {
        ...of,
        ...{ kind: 'run', sql: insert, rows: 1, bytes: ms, rowsChanged: 5000, waitingMs: ms },
      },
      { ...of, kind: 'query', sql: select, rows: 5000, bytes: ms },
      { ...of, kind: 'query', sql: `${select} LIMIT 3`, rows: 3, bytes: ms },
      // A stream that is ended by its caller has not failed.
      { ...of, kind: 'stream', sql: select, rows: ms, bytes: ms },
      { ...of, kind: 'query', sql: 'SELECT nothing', error },
    ])
    expect(inspect(ended, { depth: 9 })).not.toContain('hunter2')
  })

  it('has the error of a stream that fails half way', async () => {
    const recorded = recordTraces('duckpaddle:query')
    const sql = "SELECT CASE WHEN range < 100000 THEN 1 ELSE error('too far') END FROM range(1000000)"
    const read = async () => {
      for await (const _ of tables.db.stream(sql));
    }
    await expect(read()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    const error = expect.objectContaining({ code: 'PERSIST_QUERY_FAILED' })
    expect(recorded.ended('duckpaddle:query')).toMatchObject([{ kind: 'stream', sql, error }])
  })
})

describe('duckpaddle:transaction', () => {
  it('is what its calls and its commit refer to', async () => {
    const table = await tables.create('id INTEGER')
    const recorded = recordTraces(
      ...(['duckpaddle:transaction', 'duckpaddle:persist'] as const),
      ...(['duckpaddle:query', 'duckpaddle:commit'] as const),
    )
    await tables.db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 1 }, { id: 2 }])
      await tx.query('SELECT 1')
      void tx.run(`UPDATE ${table.name} SET id = id + 1`)
    })
    const [transaction] = recorded.ended('duckpaddle:transaction')
    const of = { database: ':memory:' }
    expect(transaction).toEqual({ ...of, id: ms, calls: 3, waitingMs: ms, totalMs: ms })
    const id = transaction?.id
    const name = { schema: 'main', name: table.name }
    expect(recorded.ended('duckpaddle:persist')).toMatchObject([
      { transaction: id, commit: id, table: name, rows: 2, inserted: 2 },
    ])
    expect(recorded.ended('duckpaddle:query')).toMatchObject([
      { transaction: id, kind: 'query', sql: 'SELECT 1', rows: 1 },
      { transaction: id, kind: 'run', rowsChanged: 2 },
    ])
    expect(recorded.ended('duckpaddle:commit')).toMatchObject([
      { id, kind: 'transaction', calls: 1, rows: 2, tables: [name], commitMs: ms, isCommitted: true },
    ])
    expect(recorded.events.slice(0, 2)).toEqual(['transaction start', 'transaction end'])
    expect(recorded.events.slice(-2)).toEqual(['transaction asyncStart', 'transaction asyncEnd'])
  })

  it('leaves a call that nobody awaits to the transaction, which fails with it', async () => {
    const recorded = recordTraces('duckpaddle:transaction', 'duckpaddle:query', 'duckpaddle:commit')
    const failing = tables.db.transaction(async (tx) => {
      void tx.query('SELECT nothing')
    })
    const error = await failing.catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    expect(recorded.ended('duckpaddle:query')).toMatchObject([{ error }])
    expect(recorded.ended('duckpaddle:transaction')).toMatchObject([{ calls: 1, error }])
    expect(recorded.ended('duckpaddle:commit')).toEqual([])
  })
})

describe('duckpaddle:checkpoint', () => {
  it('is published for checkpoint(), and for one that the log has become too long for', async () => {
    const database = newDatabase(folder)
    const db = await open(database)
    await db.run('CREATE TABLE t (id BIGINT, text VARCHAR)')
    const recorded = recordTraces('duckpaddle:checkpoint')
    expect(db.stats().walBytes).toBeGreaterThan(0)
    await db.checkpoint()
    expect(db.stats().walBytes).toBe(0)
    const of = { database, waitingMs: ms, walBytes: 0, isDone: true, totalMs: ms }
    expect(recorded.ended('duckpaddle:checkpoint')).toEqual([{ ...of, reason: 'called' }])
    const isDone = new Promise<void>((resolve) =>
      onTrace('duckpaddle:checkpoint', 'asyncEnd', () => resolve()),
    )
    await db.run("INSERT INTO t SELECT range, md5(range::VARCHAR) || repeat('x', 200) FROM range(100000)")
    expect(db.stats().walBytes).toBeGreaterThan(16 * 1024 * 1024)
    await isDone
    expect(recorded.ended('duckpaddle:checkpoint').slice(1)).toEqual([{ ...of, reason: 'wal' }])
    await db.close()
  })
})

describe('subscribers', () => {
  const storage = new AsyncLocalStorage<string>()
  afterEach(() => storage.disable())

  it('that bind a store have it in what the call runs, and the caller has his own after it', async () => {
    const table = await tables.create('id INTEGER, doc JSON')
    const persist = tracingChannel<string, object>('duckpaddle:persist').start
    const transaction = tracingChannel<string, object>('duckpaddle:transaction').start
    persist.bindStore(storage, () => `persist of ${storage.getStore()}`)
    transaction.bindStore(storage, () => `transaction of ${storage.getStore()}`)
    const seen: unknown[] = []
    onTrace('duckpaddle:commit', 'start', () => seen.push(`commit of ${storage.getStore()}`))
    onTrace('duckpaddle:persist', 'asyncEnd', () => seen.push(`end of ${storage.getStore()}`))
    // A row may be encoded more than once.
    const toJSON = () => {
      if (seen.length === 0) seen.push(storage.getStore())
      return {}
    }
    await storage.run('caller', async () => {
      await table.persist([{ id: 1, doc: { toJSON } }])
      seen.push(storage.getStore())
      await tables.db.transaction(async (tx) => {
        seen.push(storage.getStore())
        await tx.persist(table, [{ id: 2 }])
      })
    })
    persist.unbindStore(storage)
    transaction.unbindStore(storage)
    expect(seen).toEqual([
      'persist of caller',
      // One that others may share is nobody's.
      'commit of undefined',
      ...['end of persist of caller', 'caller', 'transaction of caller'],
      'end of persist of transaction of caller',
      'commit of transaction of caller',
    ])
  })

  it('that throw change nothing for the calls: the errors are uncaught', async () => {
    const program = fileURLToPath(new URL('../support/programs/throw-in-subscriber.mjs', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program])
    const rows = [{ id: 1 }, { id: 2 }]
    expect(JSON.parse(stdout)).toEqual({ code: 'PERSIST_ROW_REJECTED', rows, isUncaught: true })
  })

  it('that come in the middle of a call, or have gone, hear nothing of it', async () => {
    const table = await tables.create('id INTEGER')
    const call = table.persist([{ id: 1 }])
    const late = recordTraces('duckpaddle:persist')
    await call
    expect(late.events).toEqual([])
    stopRecording()
    await table.persist([{ id: 2 }])
    expect(late.events).toEqual([])
    expect(tracingChannel('duckpaddle:persist').hasSubscribers).toBe(false)
  })

  it('of a write stream hear of its commits', async () => {
    const table = await tables.create('id INTEGER')
    const recorded = recordTraces('duckpaddle:persist')
    const stream = table.createWriteStream()
    for (let id = 0; id < 10; id++) stream.write({ id })
    stream.end()
    await once(stream, 'finish')
    const rows = recorded.ended('duckpaddle:persist').reduce((sum, persist) => sum + (persist.rows ?? 0), 0)
    expect(rows).toBe(10)
  })
})
