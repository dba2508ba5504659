import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
let path: string
let db: PersistenceService | undefined

beforeEach(() => {
  path = newDatabase(folder)
})
afterEach(async () => {
  vi.useRealTimers()
  await db?.close()
  db = undefined
})

const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, at: new Date(id), text: `row ${id}` }))
const columns = { id: 'BIGINT', at: 'TIMESTAMP', text: 'VARCHAR' } as const
const everything = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'performance',
  'hrtime',
  'Date',
  'queueMicrotask',
] as const

/** As slow as a cursor that has to fetch: every row takes a turn of the microtask queue. */
async function* slowly<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield item
}

const fakeEverything = () => vi.useFakeTimers({ toFake: [...everything] })

type Fakes = readonly [string, () => void]
const microtasksToo: Fakes = ['microtasks, too', fakeEverything]
const byDefault: Fakes = ['all that vitest fakes', () => vi.useFakeTimers()]

describe.each(fewOf([microtasksToo], [byDefault]))('with a clock that stands still (%s)', (_, useFakes) => {
  it('a database is opened, written to, read and closed', async () => {
    useFakes()
    const service = await open(path)
    const table = await service.table('t', { columns })
    const receipt = await table.persist(rows)
    expect(receipt).toMatchObject({ inserted: rows.length })
    expect(receipt.slices).toBeGreaterThan(1)
    expect(receipt.totalMs).toBeGreaterThan(0)
    expect(await service.query('SELECT count(*)::INT AS n, max("at") AS last FROM t')).toMatchObject([
      { n: rows.length },
    ])
    await service.checkpoint()
    expect(await service.close()).toEqual({ interrupted: 0 })
    expect(await readDatabase(path, 'SELECT count(*)::INT AS n FROM t')).toEqual([{ n: rows.length }])
  })

  it('rows of generators are persisted, those of upserts as well', async () => {
    db = await open(path)
    useFakes()
    const table = await db.table('t', { columns: { ...columns, id: 'BIGINT NOT NULL' }, key: ['id'] })
    expect(await table.persist(slowly(rows))).toMatchObject({ inserted: rows.length })
    expect(await table.persist(rows.values(), { onConflict: 'update' })).toMatchObject({
      updated: rows.length,
    })
    const skipped = [{ id: 'no number' as never }, ...rows.slice(0, 10)]
    expect(await table.persist(slowly(skipped), { onConflict: 'ignore', onRowError: 'skip' })).toMatchObject({
      ignored: 10,
      rejected: 1,
    })
  })

  it('a write stream commits by itself, and at its end', async () => {
    db = await open(path)
    const table = await db.table('t', { columns })
    useFakes()
    const stream = table.createWriteStream({ commitMs: 5 })
    stream.write({ id: -1 })
    expect(await once(stream, 'commit')).toMatchObject([{ inserted: 1 }])
    await pipeline(slowly(rows), stream)
    const atomic = table.createWriteStream({ atomic: true })
    await pipeline(slowly(rows), atomic)
    expect([stream, atomic].map(({ committed }) => committed.rows)).toEqual([rows.length + 1, rows.length])
  })

  it('close() with a deadline ends at it', async () => {
    const service = await open(path)
    useFakes()
    const table = await service.table('t', { columns })
    let endless = true
    async function* never(): AsyncGenerator<(typeof rows)[number]> {
      yield* rows.slice(0, 1)
      while (endless) yield* rows.slice(0, 1)
    }
    const persisting = table.persist(never())
    const query = service.query('SELECT count(*) FROM range(100000000000) a, range(1000) b')
    const settled = Promise.allSettled([persisting, query])
    expect(await service.close({ timeoutMs: 30 })).toEqual({ interrupted: 2 })
    endless = false
    expect(await settled).toMatchObject([
      { reason: { code: 'PERSIST_ABORTED' } },
      { reason: { code: 'PERSIST_ABORTED' } },
    ])
  })

  it('a store saves by itself, whatever the clock shows', async () => {
    useFakes()
    const store = new DuckDBStorageAdapter({ database: path, autoPersist: { maxDelayMs: 5 } })
    const persisted = new Promise((resolve) => store.on('persisted', resolve))
    await store.set('a', 1)
    expect(await persisted).toMatchObject({ inserted: 1 })
    await store.close()
  })
})

describe('with a clock that stands still, and microtasks, too', () => {
  it('close() with a deadline that is further than a timer can be set waits for what is running', async () => {
    const service = await open(path)
    fakeEverything()
    const query = service.query('SELECT sum(a.range)::DOUBLE AS s FROM range(3000000) a')
    expect(await service.close({ timeoutMs: 1e12 })).toEqual({ interrupted: 0 })
    expect(await query).toEqual([{ s: 4_499_998_500_000 }])
  })

  it("a store whose changes are committed one by one ('each') resolves them", async () => {
    fakeEverything()
    const store = new DuckDBStorageAdapter({ database: path, durability: 'each' })
    await store.set('a', 1)
    await Promise.all([store.set('b', 2), store.delete('a'), store.set('c', 3)])
    const saved = await store.query<{ key: string }>('SELECT key FROM storage ORDER BY key')
    expect(saved.map(({ key }) => key)).toEqual(['b', 'c'])
    await store.close()
    expect(await readDatabase(path, 'SELECT key FROM storage ORDER BY key')).toEqual([
      { key: 'b' },
      { key: 'c' },
    ])
  })

  it('many entries of a store are set, read, loaded, deleted and walked through', async () => {
    fakeEverything()
    const store = new DuckDBStorageAdapter({ database: path, autoPersist: false })
    const entries = rows.map(({ id }) => [`k${id}`, { id }] as const)
    const keys = entries.map(([key]) => key)
    await store.setMany(entries)
    expect(await store.persist()).toMatchObject({ inserted: rows.length })
    expect(await store.load()).toEqual({ entries: rows.length, unreadable: [] })
    expect((await store.getMany(keys)).size).toBe(rows.length)
    let walked = 0
    for await (const _entry of store) walked++
    expect(walked).toBe(rows.length)
    await store.batch(keys.slice(0, 10_000).map((key) => ({ type: 'delete', key })))
    expect(await store.deleteMany(keys)).toBe(rows.length - 10_000)
    await store.close()
    expect(await readDatabase(path, 'SELECT count(*)::INT AS n FROM storage')).toEqual([{ n: 0 }])
  })

  it('a long write-ahead log is moved into the file', async () => {
    db = await open(path)
    fakeEverything()
    const table = await db.table('t', { columns: { text: 'VARCHAR' } })
    // Rows of whole row groups bypass the log; these do not fill one.
    for (let call = 0; call < 20; call++) {
      await table.persist(Array.from({ length: 1000 }, () => ({ text: 'x'.repeat(1000) })))
    }
    // Not `vi.waitFor`, which moves the faked clock.
    let walSize: string | undefined
    for (let look = 0; look < 20_000 && walSize !== '0 bytes'; look++) {
      const sql = 'SELECT wal_size AS "walSize" FROM pragma_database_size()'
      walSize = (await db.query<{ walSize: string }>(sql))[0]?.walSize
    }
    expect(walSize).toBe('0 bytes')
  })
})
