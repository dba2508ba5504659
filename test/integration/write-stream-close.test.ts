import { once } from 'node:events'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { DuckDBStorageAdapter, type PersistenceService, type Table } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { closed } from '../support/closed-stream.js'
import { readDatabase, readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'

const folder = temporaryFolder()
let path: string
let db: PersistenceService
let table: Table<{ readonly id: number | bigint }>

const waits = { commitMs: 1e9 }

beforeEach(async () => {
  path = newDatabase(folder)
  db = await openForTest(path)
  table = await db.table('t', { ...placeForTest(), columns: { id: 'BIGINT NOT NULL' } })
})

const ids = async (name = 't') =>
  (await readDatabase(path, `SELECT id::INT AS id FROM ${nameOf(name)} ORDER BY id`)).map(({ id }) => id)

describe('close() of a service that has write streams', () => {
  it('commits what was written, however many streams there are', async () => {
    await need('a store')
    const streams = [table.createWriteStream(waits), table.createWriteStream(waits)]
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    await store.set('k', 1)
    streams.forEach((stream, id) => {
      stream.write({ id })
    })
    await db.close()
    expect(streams.map((stream) => stream.committed.rows)).toEqual([1, 1])
    expect(
      await readEach(path, [
        `SELECT id::INT AS id FROM ${nameOf('t')} ORDER BY id`,
        'SELECT key FROM storage',
      ]),
    ).toEqual([[{ id: 0 }, { id: 1 }], [{ key: 'k' }]])
  })

  it('leaves a stream to end that has nothing to write', async () => {
    const [written, unused] = [table.createWriteStream(waits), table.createWriteStream(waits)]
    written.write({ id: 1 })
    await db.close()
    for (const stream of [written, unused]) {
      stream.end()
      await finished(stream)
    }
  })

  it('refuses what is written after it', async () => {
    const stream = table.createWriteStream(waits)
    stream.write({ id: 1 })
    await db.close()
    const called = new Promise((resolve) => {
      stream.write({ id: 2 }, resolve)
    })
    const refused = { code: 'PERSIST_CLOSED', committed: { rows: 1 } }
    await expect(finished(stream)).rejects.toMatchObject(refused)
    expect(await called).toMatchObject(refused)
    expect(await ids()).toEqual([1])
  })

  it('refuses what is written while it closes, and commits what was written before', async () => {
    const [dirty, clean] = [table.createWriteStream(waits), table.createWriteStream(waits)]
    for (let id = 0; id < 1000; id++) dirty.write({ id })
    const closing = db.close()
    clean.write({ id: -1 })
    const late = finished(clean).catch(({ code }) => code)
    const refused = pipeline(
      Readable.from(
        (async function* () {
          for (let id = 1000; ; id++) {
            yield { id }
            await new Promise(setImmediate)
          }
        })(),
      ),
      dirty,
    ).catch((error) => error)
    await closing
    expect(await late).toBe('PERSIST_CLOSED')
    const { code, committed } = await refused
    expect(code).toBe('PERSIST_CLOSED')
    expect(committed.rows).toBeGreaterThanOrEqual(1000)
    expect(await ids()).toEqual(Array.from({ length: committed.rows }, (_, id) => id))
  })

  it('ends a stream that is destroyed meanwhile, and one that fails', async () => {
    const [destroyed, failing] = [table.createWriteStream(waits), table.createWriteStream(waits)]
    destroyed.write({ id: 1 })
    failing.write({ id: 'bad' as never })
    const failure = once(failing, 'error')
    const closing = db.close()
    destroyed.destroy()
    await closing
    // It has told its own listeners, and does not keep the service open.
    expect(await failure).toMatchObject([{ code: 'PERSIST_ROW_REJECTED' }])
    await closed(destroyed)
    expect((await ids()).length).toBeLessThanOrEqual(1)
  })

  it('lets streams go on where a store cannot be saved, and the service stays open', async () => {
    await need('a store')
    const stream = table.createWriteStream(waits)
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    const value: Record<string, unknown> = {}
    await store.set('bad', value)
    value.self = value
    stream.write({ id: 1 })
    await expect(db.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(stream.committed.rows).toBe(1)
    stream.end({ id: 2 })
    await finished(stream)
    await store.delete('bad')
    await db.close()
    expect(await ids()).toEqual([1, 2])
  })

  it('does not interrupt their commits at its deadline', async () => {
    const stream = table.createWriteStream(waits)
    for (let id = 0; id < 100_000; id++) stream.write({ id })
    expect(await db.close({ timeoutMs: 0 })).toEqual({ interrupted: 0 })
    expect(await ids()).toHaveLength(100_000)
  })

  it('waits for an atomic stream, as for any call whose rows are still coming, or interrupts it', async () => {
    const [ends, stays] = [
      table.createWriteStream({ atomic: true }),
      table.createWriteStream({ atomic: true }),
    ]
    ends.write({ id: 1 })
    stays.write({ id: 2 })
    const failure = once(stays, 'error')
    const closing = db.close()
    ends.end({ id: 3 })
    await finished(ends)
    expect(await db.close({ timeoutMs: 0 })).toEqual({ interrupted: 1 })
    expect(await closing).toEqual({ interrupted: 1 })
    expect(await failure).toMatchObject([{ code: 'PERSIST_ABORTED', committed: { rows: 0 } }])
    expect(await ids()).toEqual([1, 3])
  })
})

describe('a write stream that nobody ends', () => {
  it('keeps neither its service open nor itself in memory once it has committed', async () => {
    const before = process.listenerCount('beforeExit')
    const stream = table.createWriteStream({ commitRows: 1 })
    stream.write({ id: 1 })
    expect(process.listenerCount('beforeExit')).toBe(before + 1)
    await once(stream, 'commit')
    await db.query('SELECT 1')
    expect(process.listenerCount('beforeExit')).toBe(before)
    await db.close()
    expect(await ids()).toEqual([1])
  })
})
