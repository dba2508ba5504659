import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import {
  DuckDBStorageAdapter,
  open,
  type PersistenceError,
  type PersistenceService,
  type StorageAdapterOptions,
} from 'duckpaddle'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const stores: DuckDBStorageAdapter[] = []
const services: PersistenceService[] = []
let path: string

beforeEach(() => {
  path = newDatabase(folder)
})
afterEach(async () => {
  await Promise.allSettled(stores.splice(0).map((store) => store.close({ discardChanges: true })))
  for (const service of services.splice(0)) await service.close()
})

/** A store that saves nothing by itself, and is closed after the test. */
function createStore(options: Partial<StorageAdapterOptions> = {}): DuckDBStorageAdapter {
  const store = new DuckDBStorageAdapter({ database: path, autoPersist: false, ...options })
  stores.push(store)
  return store
}

async function openService(database: string, options = {}): Promise<PersistenceService> {
  const service = await open(database, options)
  services.push(service)
  return service
}

/** Prepares a file by SQL. */
async function runSql(...statements: string[]): Promise<void> {
  const service = await open(path)
  for (const sql of statements) await service.run(sql)
  await service.close()
}

/** Makes a Parquet file. */
async function writeFile(select: string, file: string): Promise<void> {
  const service = await openService(':memory:')
  await service.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`)
}

/** What another client finds in the table of a closed store. */
async function readTable(name = 'storage'): Promise<Record<string, unknown>> {
  const rows = await readDatabase(path, `SELECT key, value::VARCHAR AS value FROM ${name}`)
  return toEntries(rows)
}

/** What is saved, as SQL sees it now. */
async function querySaved(store: DuckDBStorageAdapter): Promise<Record<string, unknown>> {
  return toEntries(await store.query('SELECT key, value::VARCHAR AS value FROM storage'))
}

function toEntries(rows: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const entries = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(String(value))]))
  expect(Object.keys(entries)).toHaveLength(rows.length)
  return entries
}

async function contents(store: DuckDBStorageAdapter): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = []
  for await (const entry of store) entries.push(entry)
  return Object.fromEntries(entries)
}

/** A value that was JSON when it was set, and is none any more until it is mended. */
async function setPoisoned(store: DuckDBStorageAdapter, key: string): Promise<{ mend: () => void }> {
  const value: Record<string, unknown> = { mended: true }
  await store.set(key, value)
  value.self = value
  return { mend: () => delete value.self }
}

function nextEvent(store: DuckDBStorageAdapter, name: 'persisted' | 'persistError'): Promise<unknown> {
  return new Promise((resolve) => {
    const listener = (value: unknown) => {
      store.off(name, listener)
      resolve(value)
    }
    store.on(name, listener)
  })
}

function* numbered(count: number, from = 0): Generator<[string, { n: number }]> {
  for (let n = from; n < from + count; n++) yield [`k${n}`, { n }]
}

describe('the options', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a path alone', 'app.duckdb'],
    ['no database', {}],
    ['an empty database', { database: '' }],
    ['a number as the database', { database: 1 }],
    ['an object as the database', { database: {} }],
    ['an empty table name', { database: 'x', tableName: '' }],
    ['a table name with a quote', { database: 'x', tableName: 'a"b' }],
    ['a table name with a point', { database: 'x', tableName: 'main.t' }],
    ['a table name that begins with a digit', { database: 'x', tableName: '1a' }],
    ['a table name with a line break', { database: 'x', tableName: 'a\n' }],
    ['a number as the table name', { database: 'x', tableName: 1 }],
    ['null as autoPersist', { database: 'x', autoPersist: null }],
    ['true as autoPersist', { database: 'x', autoPersist: true }],
    ['an unknown name', { database: 'x', autopersist: false }],
    ['an unknown name in autoPersist', { database: 'x', autoPersist: { maxDelay: 1 } }],
    ['text as maxDelayMs', { database: 'x', autoPersist: { maxDelayMs: '1' } }],
    ['an unknown durability', { database: 'x', durability: 'all' }],
    ['a function as onRowError', { database: 'x', onRowError: () => 'skip' }],
  ])('are refused with %s', (_, options) => {
    expect(() => new DuckDBStorageAdapter(options as StorageAdapterOptions)).toThrow(TypeError)
  })

  it.each([{ maxDelayMs: -1 }, { maxChanges: 0 }, { maxChanges: 1.5 }, { maxChanges: -3 }])(
    'are refused with %j',
    (autoPersist) => {
      expect(() => new DuckDBStorageAdapter({ database: path, autoPersist })).toThrow(RangeError)
    },
  )

  it('of close() are refused where they are none', async () => {
    const store = createStore()
    await expect(store.close({ discard: true } as never)).rejects.toThrow(TypeError)
    await expect(store.close({ discardChanges: 1 } as never)).rejects.toThrow(TypeError)
    await store.set('a', 1)
  })

  it('may name the table as a keyword of SQL', async () => {
    const store = createStore({ tableName: 'select' })
    await store.set('a', 1)
    await store.close()
    expect(await readTable('"select"')).toEqual({ a: 1 })
  })
})

describe('the database', () => {
  it('is opened at the first call, and not before', async () => {
    const store = createStore()
    expect(existsSync(path)).toBe(false)
    expect(await store.size()).toBe(0)
    expect(existsSync(path)).toBe(true)
  })

  it('is opened once for many first calls', async () => {
    const store = createStore()
    await Promise.all([store.set('a', 1), store.load(), store.set('b', 2), store.persist(), store.get('a')])
    expect(await contents(store)).toEqual({ a: 1, b: 2 })
  })

  it('that cannot be opened is tried again at the next call', async () => {
    const missing = join(folder, `missing-${Math.random()}`)
    path = join(missing, 'a.duckdb')
    const store = createStore()
    await expect(store.get('a')).rejects.toMatchObject({ code: expect.stringMatching(/^PERSIST_/) })
    await expect(store.set('a', 1)).rejects.toMatchObject({ code: expect.stringMatching(/^PERSIST_/) })
    mkdirSync(missing)
    expect(await store.get('a')).toBeUndefined()
    await store.set('a', 1)
    await store.close()
    expect(await readTable()).toEqual({ a: 1 })
  })

  it('has a view of key and value that another client reads', async () => {
    const store = createStore({ tableName: 'entries' })
    await store.setMany(numbered(3))
    await store.persist()
    await store.set('k0', ['a\0b', null, 'é'])
    await store.set('null', null)
    await store.delete('k1')
    await store.close()
    const expected = { k0: ['a\0b', null, 'é'], k2: { n: 2 }, null: null }
    expect(await readTable('entries')).toEqual(expected)
    const sql = `SELECT table_type AS t FROM information_schema.tables WHERE table_name = 'entries'`
    expect(await readDatabase(path, sql)).toEqual([{ t: 'VIEW' }])
    const columns = await readDatabase(path, 'SELECT * FROM entries LIMIT 1')
    expect(Object.keys(columns[0] ?? {})).toEqual(['key', 'value'])
  })

  it('gives the entries back after a restart, and again after the next', async () => {
    for (let round = 0; round < 4; round++) {
      const store = createStore()
      expect(await contents(store)).toEqual(Object.fromEntries(numbered(round, 0)))
      await store.set(`k${round}`, { n: round })
      await store.set('gone', round)
      if (round % 2 === 0) await store.persist()
      await store.delete('gone')
      await store.close()
    }
    expect(await readTable()).toEqual(Object.fromEntries(numbered(4)))
  })

  it('gives back after a restart what was kept before it', async () => {
    let deep: unknown = 'core'
    for (let level = 0; level < 900; level++) deep = level % 2 === 0 ? [deep] : { deep }
    const values = [
      null,
      0.1,
      5e-324,
      2 ** 60,
      '',
      'a\0b',
      '\u2028👩‍👩‍👧',
      [],
      {},
      [[null]],
      { '': { 'ü"\0': 1 } },
    ]
    const entries = [...values, deep, 'x'.repeat(300_000)].map(
      (value, index) => [`${index}\0é"`, value] as const,
    )
    const store = createStore()
    await store.setMany(entries)
    await store.close()
    const again = createStore()
    expect(await again.load()).toEqual({ entries: entries.length, unreadable: [] })
    for (const [key, value] of entries) expect(await again.get(key)).toEqual(value)
  })

  it.each<[string, unknown]>([
    ['-0', -0],
    ['an array with a property', Object.assign([1], { x: 2 })],
  ])('gives back the same before and after a restart for %s', async (_, value) => {
    const store = createStore()
    await store.set('k', value)
    const before = await store.get('k')
    await store.close()
    expect(await createStore().get('k')).toStrictEqual(before)
  })

  it('never has an entry that it cannot give back: a lone surrogate in a property name is refused', async () => {
    const store = createStore()
    await expect(store.set('k', { 'a\ud800': 1 })).rejects.toThrow(TypeError)
  })

  it('can have several stores, each with its own table', async () => {
    const service = await openService(path)
    const [a, b] = [
      createStore({ database: service, tableName: 'a' }),
      createStore({ database: service, tableName: 'b' }),
    ]
    await Promise.all([a.set('k', 'a'), b.set('k', 'b')])
    await Promise.all([a.close(), b.close()])
    expect(service.stats().status).toBe('open')
    await service.close()
    expect(await readTable('a')).toEqual({ k: 'a' })
    expect(await readTable('b')).toEqual({ k: 'b' })
  })

  it('of a service has one store for a table at a time', async () => {
    const service = await openService(path)
    const [first, second] = [
      createStore({ database: service }),
      createStore({ database: service, tableName: 'STORAGE' }),
    ]
    await first.set('a', 1)
    await expect(second.get('a')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    await first.close()
    expect(await second.get('a')).toBe(1)
  })

  it('of a service has one of two stores on a table that are opened at once', async () => {
    const service = await openService(path)
    const both = [createStore({ database: service }), createStore({ database: service })]
    const results = await Promise.allSettled(both.map((store) => store.load()))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const rejected = results.find(({ status }) => status === 'rejected')
    expect(rejected).toMatchObject({ reason: { code: 'PERSIST_ALREADY_OPEN' } })
  })

  it('by its path has one store at a time', async () => {
    const [first, second] = [createStore(), createStore()]
    await first.set('a', 1)
    await expect(second.get('a')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    await first.close()
    expect(await second.get('a')).toBe(1)
  })

  it('that is closed by its owner refuses what the store saves', async () => {
    const service = await openService(path)
    const store = createStore({ database: service })
    await store.set('a', 1)
    await service.close()
    await expect(store.persist()).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
  })
})

describe('a table that is there already', () => {
  it('of key and JSON becomes the store', async () => {
    await runSql(
      'CREATE TABLE storage (key VARCHAR PRIMARY KEY, value JSON)',
      `INSERT INTO storage VALUES ('a', '{"n": 1}'), ('b', 'null'), ('c', NULL), ('d', '[1]')`,
    )
    const store = createStore()
    expect(await store.load()).toEqual({ entries: 4, unreadable: [] })
    expect(await contents(store)).toEqual({ a: { n: 1 }, b: null, c: null, d: [1] })
    await store.set('a', 2)
    await store.delete('d')
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 1, deleted: 1 })
    await store.set('e', 3)
    await store.close()
    expect(await contents(createStore())).toEqual({ a: 2, b: null, c: null, e: 3 })
    await stores[1]?.close()
    expect(await readTable()).toEqual({ a: 2, b: null, c: null, e: 3 })
  })

  it('of key and VARCHAR becomes the store; what is not JSON is reported and stays until it is set or deleted', async () => {
    await runSql(
      'CREATE TABLE storage (value VARCHAR, key VARCHAR)',
      `INSERT INTO storage (key, value) VALUES ('ok', '{"n":1}'), ('bad 1', 'plain'), ('bad 2', '{"n":'), ('bad 3', ''), ('null', NULL)`,
    )
    const store = createStore()
    const report = await store.load()
    expect(report.entries).toBe(2)
    expect([...report.unreadable].sort()).toEqual(['bad 1', 'bad 2', 'bad 3'])
    expect(await contents(store)).toEqual({ ok: { n: 1 }, null: null })
    expect(await store.has('bad 1')).toBe(false)
    await store.set('bad 1', 'mended')
    await store.delete('bad 2')
    await store.set('ok', 'now\0"text"')
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 2, deleted: 1 })
    await store.close()
    const again = createStore()
    expect(await again.load()).toEqual({ entries: 3, unreadable: ['bad 3'] })
    expect(await contents(again)).toEqual({ ok: 'now\0"text"', 'bad 1': 'mended', null: null })
    await again.close()
    const sql = `SELECT value FROM storage WHERE key = 'bad 3'`
    expect(await readDatabase(path, sql)).toEqual([{ value: '' }])
  })

  it('that is cleared loses what is not JSON, too', async () => {
    await runSql(
      'CREATE TABLE storage (key VARCHAR, value VARCHAR)',
      `INSERT INTO storage VALUES ('bad', 'x')`,
    )
    const store = createStore()
    await store.clear()
    await store.set('a', 1)
    await store.close()
    expect(await readTable()).toEqual({ a: 1 })
  })

  it.each(['NaN', '[Infinity]', '[1,]', '{"a":1,}'])(
    'with %s, which DuckDB takes for JSON, reports it, and gives the other entries',
    async (text) => {
      await runSql(
        'CREATE TABLE storage (key VARCHAR, value VARCHAR)',
        `INSERT INTO storage VALUES ('odd', '${text}'), ('ok', '1')`,
      )
      const store = createStore()
      expect(await store.load()).toEqual({ entries: 1, unreadable: ['odd'] })
      expect(await contents(store)).toEqual({ ok: 1 })
    },
  )

  it.each([
    'CREATE TABLE storage (id INTEGER)',
    'CREATE TABLE storage (key INTEGER, value JSON)',
    'CREATE TABLE storage (key VARCHAR, value INTEGER)',
    'CREATE TABLE storage (key VARCHAR, value JSON, extra INTEGER)',
    'CREATE TABLE storage (key VARCHAR)',
    `CREATE VIEW storage AS SELECT 'a' AS key, '1' AS value`,
  ])('by %s is refused, and left as it is', async (sql) => {
    await runSql(sql)
    const read = () =>
      readDatabase(path, 'SELECT column_name, data_type FROM information_schema.columns ORDER BY ALL')
    const before = await read()
    const store = createStore()
    await expect(store.load()).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await store.close()
    expect(await read()).toEqual(before)
  })
})

describe('a store', () => {
  const file = join(folder, 'states.parquet')
  const methods: Record<string, (store: DuckDBStorageAdapter) => Promise<unknown>> = {
    get: (store) => store.get('k'),
    has: (store) => store.has('k'),
    set: (store) => store.set('k', 1),
    delete: (store) => store.delete('k'),
    clear: (store) => store.clear(),
    size: (store) => store.size(),
    getMany: (store) => store.getMany(['k']),
    setMany: (store) => store.setMany([['k', 1]]),
    deleteMany: (store) => store.deleteMany(['k']),
    batch: (store) => store.batch([{ type: 'set', key: 'k', value: 1 }]),
    transaction: (store) => store.transaction((inner) => inner.set('k', 1)),
    keys: (store) => store.keys().next(),
    values: (store) => store.values().next(),
    entries: (store) => store.entries().next(),
    iteration: (store) => store[Symbol.asyncIterator]().next(),
    persist: (store) => store.persist(),
    load: (store) => store.load(),
    query: (store) => store.query('SELECT 1'),
    exportParquet: (store) => store.exportParquet(file),
    importParquet: (store) => store.importParquet(file),
  }
  const byName = Object.entries(methods)

  beforeAll(() => createStore({ database: ':memory:' }).exportParquet(file))

  it.each(byName)('that is new, opening or open does %s()', async (_, call) => {
    const store = createStore()
    await call(store)
    await call(store)
    await store.close()
    const opening = createStore()
    await Promise.all([opening.load(), call(opening)])
    await opening.close()
  })

  it.each(byName)('that is closing or closed refuses %s()', async (_, call) => {
    const store = createStore()
    await store.set('k', 0)
    const closing = store.close()
    await new Promise(setImmediate)
    await expect(call(store)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await closing
    await expect(call(store)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    expect(await readTable()).toEqual({ k: 0 })
  })

  it.each(byName.filter(([name]) => /^(set|get|delete|clear|size|keys|persist|load|query)$/.test(name)))(
    'refuses %s() from the call of close() on',
    async (_, call) => {
      const store = createStore()
      await store.set('k', 0)
      const closing = store.close()
      const late = call(store)
      await Promise.all([closing, expect(late).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })])
    },
  )

  it('can be closed while the same turn of the event loop goes on to change it', async () => {
    const store = createStore()
    await store.set('k', 0)
    const closing = store.close()
    const [outcome, late] = await Promise.allSettled([closing, store.set('k', 1)])
    expect(outcome).toEqual({ status: 'fulfilled', value: undefined })
    expect(await readTable()).toEqual({ k: late.status === 'fulfilled' ? 1 : 0 })
  })

  it('can be closed before it was opened, and makes no file', async () => {
    const store = createStore()
    await store.close()
    await expect(store.get('k')).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    expect(existsSync(path)).toBe(false)
  })

  it('can be closed twice, at once and later', async () => {
    const store = createStore()
    await store.set('k', 0)
    await Promise.all([store.close(), store.close({ discardChanges: true })])
    await store.close()
    await store[Symbol.asyncDispose]()
    expect(await readTable()).toEqual({ k: 0 })
  })

  it('that is closed while it opens saves what was set before', async () => {
    const store = createStore()
    const set = store.set('k', 0)
    await store.close()
    await set
    expect(await readTable()).toEqual({ k: 0 })
  })

  it('that is closed while it saves waits for it, and saves what came after', async () => {
    const store = createStore()
    await store.setMany(numbered(5000))
    const persisting = store.persist()
    await store.set('after', 1)
    await store.close()
    expect(await persisting).toMatchObject({ inserted: 5000 })
    expect(await readTable()).toEqual({ ...Object.fromEntries(numbered(5000)), after: 1 })
  })

  it('that is closed during a transaction has none of its changes, and the transaction rejects', async () => {
    const store = createStore()
    await store.set('before', 1)
    let close: Promise<void> | undefined
    const transaction = store.transaction(async (inner) => {
      await inner.set('inner', 1)
      close = store.close()
      await close
    })
    await expect(transaction).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await close
    expect(await readTable()).toEqual({ before: 1 })
  })

  it.each(['setMany', 'deleteMany'] as const)(
    'that is closed during %s() has saved all that this resolves to',
    async (method) => {
      const count = 300_000
      const store = createStore()
      const entries = [...numbered(count)]
      if (method === 'deleteMany') await store.setMany(entries)
      const keys = entries.map(([key]) => key)
      const change = method === 'setMany' ? store.setMany(entries) : store.deleteMany(keys)
      const isUnderWay = async () => {
        const size = await store.size()
        return size > 0 && size < count
      }
      while (!(await isUnderWay())) await new Promise(setImmediate)
      const [outcome, closing] = await Promise.allSettled([change, store.close()])
      expect(closing).toMatchObject({ status: 'fulfilled' })
      const [found] = await readDatabase(path, 'SELECT count(*)::INT AS n FROM storage')
      if (outcome.status === 'fulfilled') expect(found).toEqual({ n: method === 'setMany' ? count : 0 })
    },
  )

  it('with a value that cannot be saved is not closed, and can be used on', async () => {
    for (const onRowError of ['abort', 'skip'] as const) {
      path = newDatabase(folder)
      const store = createStore({ onRowError })
      await store.set('good', 1)
      const { mend } = await setPoisoned(store, 'bad')
      await expect(store.close()).rejects.toMatchObject({
        code: 'PERSIST_ROW_REJECTED',
        rejection: { key: { key: 'bad' } },
      })
      await store.set('later', 1)
      await expect(store.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
      mend()
      await store.close()
      expect(await readTable()).toEqual({ good: 1, bad: { mended: true }, later: 1 })
    }
  })

  it('gives up what is not saved where it is closed so', async () => {
    const store = createStore()
    await store.set('saved', 1)
    await store.persist()
    await store.set('good', 1)
    await setPoisoned(store, 'bad')
    await expect(store.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    await store.close({ discardChanges: true })
    expect(await readTable()).toEqual({ saved: 1 })
  })
})

describe('persist()', () => {
  it('saves what there is at the moment of the call; what is set meanwhile belongs to the next', async () => {
    const store = createStore()
    await store.set('a', 1)
    await store.set('c', 1)
    const persisting = store.persist()
    await store.set('a', 2)
    await store.set('b', 1)
    await store.delete('c')
    expect(await persisting).toMatchObject({ rows: 2, inserted: 2, updated: 0, deleted: 0 })
    expect(await querySaved(store)).toEqual({ a: 1, c: 1 })
    expect(await store.persist()).toMatchObject({ rows: 3, inserted: 1, updated: 1, deleted: 1 })
    expect(await querySaved(store)).toEqual({ a: 2, b: 1 })
  })

  it('counts keys by what became of them', async () => {
    const store = createStore()
    const counts = async () => {
      const { rows, inserted, updated, deleted, rejected } = await store.persist()
      expect(rows).toBe(inserted + updated + deleted + rejected)
      return { inserted, updated, deleted, rejected }
    }
    const none = { inserted: 0, updated: 0, deleted: 0, rejected: 0 }
    expect(await counts()).toEqual(none)
    await store.setMany(numbered(4))
    await store.set('k0', 'twice')
    expect(await counts()).toEqual({ ...none, inserted: 4 })
    await store.set('k0', 2)
    await store.delete('k1')
    await store.set('new', 1)
    expect(await counts()).toEqual({ inserted: 1, updated: 1, deleted: 1, rejected: 0 })
    expect(await counts()).toEqual(none)
    await store.set('came and went', 1)
    await store.delete('came and went')
    await store.delete('never there')
    expect(await counts()).toEqual(none)
    await store.delete('k2')
    await store.set('k2', 'again')
    expect(await counts()).toEqual({ ...none, updated: 1 })
    await store.set('lost', 1)
    await store.clear()
    await store.set('k3', 'after')
    expect(await counts()).toEqual({ ...none, inserted: 1, deleted: 1 })
    await store.close()
    const again = createStore()
    await again.set('k3', 'other')
    await again.set('k4', 1)
    expect(await again.persist()).toMatchObject({ inserted: 1, updated: 1, deleted: 0 })
    await again.close()
    expect(await readTable()).toEqual({ k3: 'other', k4: 1 })
  })

  it('called again meanwhile joins where nothing has changed, and queues where something has', async () => {
    const service = await openService(path)
    const store = createStore({ database: service })
    await store.set('a', 1)
    const before = service.stats().persisted
    const first = store.persist()
    const joined = store.persist()
    await store.set('b', 1)
    const second = store.persist()
    await store.set('c', 1)
    await store.set('d', 1)
    const third = store.persist()
    const receipts = await Promise.all([first, joined, second, third])
    expect(receipts.map(({ inserted }) => inserted)).toEqual([1, 1, 1, 2])
    expect(service.stats().persisted - before).toBe(3)
    expect(await querySaved(store)).toEqual({ a: 1, b: 1, c: 1, d: 1 })
  })

  it('called with every change forgets none', async () => {
    const store = createStore()
    const calls: Promise<unknown>[] = []
    for (const [key, value] of numbered(300)) {
      await store.set(key, value)
      if (value.n % 3 === 0) await store.delete(`k${value.n - 1}`)
      if (value.n === 150) await store.clear()
      calls.push(store.persist())
    }
    await Promise.all(calls)
    expect(await store.persist()).toMatchObject({ rows: 0 })
    expect(await querySaved(store)).toEqual(await contents(store))
  })

  it("with onRowError 'abort' names the key of a bad value, saves nothing, and all of it once that is mended", async () => {
    const store = createStore()
    await store.set('before', 1)
    await store.persist()
    await store.set('good', 1)
    await store.delete('before')
    const { mend } = await setPoisoned(store, 'bad')
    for (let attempt = 0; attempt < 2; attempt++) {
      const error: PersistenceError = await store.persist().then(
        () => expect.fail('saved'),
        (reason) => reason,
      )
      expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { key: { key: 'bad' } } })
      expect(error.message).toContain('bad')
      expect(await querySaved(store)).toEqual({ before: 1 })
    }
    expect(await contents(store)).toMatchObject({ good: 1, bad: {} })
    mend()
    expect(await store.persist()).toMatchObject({ inserted: 2, deleted: 1 })
    expect(await querySaved(store)).toEqual({ good: 1, bad: { mended: true } })
  })

  it("with onRowError 'skip' saves the others; what was skipped stays due", async () => {
    const store = createStore({ onRowError: 'skip' })
    await store.set('old', 1)
    await store.persist()
    await store.set('good', 1)
    const bad = await setPoisoned(store, 'bad')
    const old = await setPoisoned(store, 'old')
    const receipt = await store.persist()
    expect(receipt).toMatchObject({ rows: 3, inserted: 1, updated: 0, deleted: 0, rejected: 2 })
    expect(receipt.rejections.map(({ key }) => key)).toEqual(
      expect.arrayContaining([{ key: 'bad' }, { key: 'old' }]),
    )
    expect(await querySaved(store)).toEqual({ old: 1, good: 1 })
    expect(await store.persist()).toMatchObject({ rows: 2, rejected: 2 })
    bad.mend()
    old.mend()
    expect(await store.persist()).toMatchObject({ inserted: 1, updated: 1, rejected: 0 })
    expect(await querySaved(store)).toEqual({ old: { mended: true }, good: 1, bad: { mended: true } })
    expect(await store.persist()).toMatchObject({ rows: 0 })
  })

  it.each(['abort', 'skip'] as const)(
    'that fails (%s) is over once its bad value is set anew, deleted or cleared',
    async (onRowError) => {
      const store = createStore({ onRowError })
      const fails = async () => {
        const result = await store.persist().then(
          ({ rejected }) => rejected > 0,
          () => true,
        )
        expect(result).toBe(true)
      }
      await setPoisoned(store, 'bad')
      await fails()
      await store.set('bad', 'anew')
      expect(await store.persist()).toMatchObject({ inserted: 1, updated: 0 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.delete('bad')
      expect(await store.persist()).toMatchObject({ rows: 1, deleted: 1 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.delete('bad')
      expect(await store.persist()).toMatchObject({ rows: 0 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.clear()
      await store.set('a', 1)
      expect(await store.persist()).toMatchObject({ deleted: 1, inserted: 1 })
      expect(await querySaved(store)).toEqual({ a: 1 })
    },
  )

  it('that fails while others wait forgets nothing of what they were to save', async () => {
    const store = createStore()
    await store.set('a', 1)
    const { mend } = await setPoisoned(store, 'bad')
    const first = store.persist()
    await store.set('a', 2)
    await store.set('b', 1)
    const second = store.persist()
    await store.set('a', 3)
    await store.set('c', 1)
    const results = await Promise.allSettled([first, second])
    expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'PERSIST_ROW_REJECTED' } })
    mend()
    expect((await store.persist()).rejected).toBe(0)
    expect(await querySaved(store)).toEqual({ a: 3, b: 1, c: 1, bad: { mended: true } })
  })
})

describe('autoPersist', () => {
  it('saves after so many changes', async () => {
    const store = createStore({ autoPersist: { maxChanges: 5, maxDelayMs: 1e9 } })
    await store.setMany(numbered(4))
    await store.set('k0', 'again')
    expect(await querySaved(store)).toEqual({})
    const persisted = nextEvent(store, 'persisted')
    await store.set('k4', { n: 4 })
    expect(await persisted).toMatchObject({ inserted: 5, updated: 0 })
    expect(await querySaved(store)).toEqual(await contents(store))
  })

  it('saves after so long', async () => {
    const store = createStore({ autoPersist: { maxDelayMs: 20 } })
    for (let round = 0; round < 3; round++) {
      const persisted = nextEvent(store, 'persisted')
      await store.set(`k${round}`, { n: round })
      expect(await persisted).toMatchObject({ inserted: 1 })
      expect(await querySaved(store)).toEqual(Object.fromEntries(numbered(round + 1)))
    }
  })

  it('that is false saves nothing by itself', async () => {
    const store = createStore()
    await store.setMany(numbered(20_000))
    expect(await querySaved(store)).toEqual({})
    await store.close({ discardChanges: true })
    expect(await readTable()).toEqual({})
  })

  it('tells of no save where persist() has left nothing to save', async () => {
    const store = createStore({ autoPersist: { maxDelayMs: 20 } })
    const receipts: unknown[] = []
    store.on('persisted', (receipt) => receipts.push(receipt))
    await store.set('a', 1)
    await store.persist()
    const clock = createStore({ database: ':memory:', autoPersist: { maxDelayMs: 100 } })
    const later = nextEvent(clock, 'persisted')
    await clock.set('a', 1)
    await later
    expect(receipts).toEqual([])
  })

  it('that fails tells so by an event, and the next persist() by rejecting once, after having saved', async () => {
    const store = createStore({ autoPersist: { maxChanges: 2, maxDelayMs: 1e9 } })
    const { mend } = await setPoisoned(store, 'bad')
    const failed = nextEvent(store, 'persistError')
    await store.set('good', 1)
    const error = await failed
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { key: { key: 'bad' } } })
    expect(await querySaved(store)).toEqual({})
    mend()
    await expect(store.persist()).rejects.toBe(error)
    expect(await querySaved(store)).toEqual({ good: 1, bad: { mended: true } })
    expect(await store.persist()).toMatchObject({ rows: 0 })
    await store.close()
  })

  it('that fails tells so by close(), which has saved and closed', async () => {
    const store = createStore({ autoPersist: { maxChanges: 2, maxDelayMs: 1e9 } })
    const { mend } = await setPoisoned(store, 'bad')
    const failed = nextEvent(store, 'persistError')
    await store.set('good', 1)
    const error = await failed
    mend()
    await expect(store.close()).rejects.toBe(error)
    expect(await readTable()).toEqual({ good: 1, bad: { mended: true } })
  })

  it('tries again by itself what has failed', async () => {
    const store = createStore({ autoPersist: { maxDelayMs: 10 } })
    const { mend } = await setPoisoned(store, 'bad')
    await nextEvent(store, 'persistError')
    const persisted = nextEvent(store, 'persisted')
    mend()
    expect(await persisted).toMatchObject({ inserted: 1 })
    expect(await querySaved(store)).toEqual({ bad: { mended: true } })
  })

  it("tries again by itself what was skipped with onRowError 'skip'", async () => {
    const store = createStore({ autoPersist: { maxDelayMs: 10 }, onRowError: 'skip' })
    const { mend } = await setPoisoned(store, 'bad')
    expect(await nextEvent(store, 'persisted')).toMatchObject({ inserted: 0, rejected: 1 })
    const persisted = nextEvent(store, 'persisted')
    mend()
    expect(await persisted).toMatchObject({ inserted: 1 })
    await store.close()
  })
})

describe("durability 'each'", () => {
  it.each<[string, (store: DuckDBStorageAdapter) => Promise<unknown>, Record<string, unknown>]>([
    ['set', (store) => store.set('b', 2), { a: 1, b: 2 }],
    ['delete', (store) => store.delete('a'), {}],
    ['clear', (store) => store.clear(), {}],
    ['setMany', (store) => store.setMany([['b', 2]]), { a: 1, b: 2 }],
    ['deleteMany', (store) => store.deleteMany(['a']), {}],
    ['batch', (store) => store.batch([{ type: 'set', key: 'a', value: 2 }]), { a: 2 }],
    ['transaction', (store) => store.transaction((inner) => inner.set('a', 2)), { a: 2 }],
  ])('has committed when %s() resolves', async (_, change, expected) => {
    const store = createStore({ durability: 'each' })
    await store.set('a', 1)
    expect(await querySaved(store)).toEqual({ a: 1 })
    await change(store)
    expect(await querySaved(store)).toEqual(expected)
  })

  it('lets 1,000 concurrent changes share few commits', async () => {
    const service = await openService(path)
    const store = createStore({ database: service, durability: 'each' })
    await store.load()
    const before = service.stats().persisted
    await Promise.all([...numbered(1000)].map(([key, value]) => store.set(key, value)))
    expect(service.stats().persisted - before).toBeLessThanOrEqual(3)
    expect(await querySaved(store)).toEqual(Object.fromEntries(numbered(1000)))
  })

  it('rejects a change that could not be committed, which stays due', async () => {
    const store = createStore({ durability: 'each' })
    const value: Record<string, unknown> = { mended: true }
    const set = store.set('bad', value)
    value.self = value
    await expect(set).rejects.toMatchObject({ rejection: { key: { key: 'bad' } } })
    await expect(store.set('good', 1)).rejects.toMatchObject({ rejection: { key: { key: 'bad' } } })
    delete value.self
    await store.set('better', 1)
    expect(await querySaved(store)).toEqual({ bad: { mended: true }, good: 1, better: 1 })
  })
})

describe('a process that ends with changes due', () => {
  const program = fileURLToPath(new URL('../support/programs/end-with-changes.mjs', import.meta.url))

  it.each([
    ['itself', 0],
    ['timer', 0],
    ['exit', 3],
    ['saving', 3],
    ['poisoned', 3],
    ['throw', 1],
  ] as const)('has written them when it ends by %s, with code %i', async (way, expectedCode) => {
    const child = spawn(process.execPath, [program, path, way], { stdio: 'ignore' })
    const [code, signal] = await once(child, 'exit')
    expect({ code, signal }).toEqual({ code: expectedCode, signal: null })
    expect(await readTable()).toEqual({ kept: 1, updated: 2, new: { text: 'zürich', none: null } })
  })
})

describe('load()', () => {
  it('saves what is due, and then reads what others have written', async () => {
    const service = await openService(path)
    const store = createStore({ database: service })
    await store.setMany(numbered(2))
    await store.persist()
    await service.run('CHECKPOINT')
    await service.run(`INSERT INTO __duckpaddle_storage_base VALUES ('sql', '{"by":"sql"}')`)
    await service.run(`DELETE FROM __duckpaddle_storage_log WHERE key = 'k0'`)
    await store.set('due', 1)
    expect(await store.get('sql')).toBeUndefined()
    expect(await store.load()).toEqual({ entries: 3, unreadable: [] })
    const expected = { k1: { n: 1 }, sql: { by: 'sql' }, due: 1 }
    expect(await contents(store)).toEqual(expected)
    expect(await querySaved(store)).toEqual(expected)
    await store.set('sql', 2)
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 1 })
  })

  it('leaves a running iteration the entries that it began with', async () => {
    const store = createStore()
    await store.setMany(numbered(5))
    const iteration = store.entries()
    const seen = [(await iteration.next()).value]
    await store.delete('k4')
    await store.load()
    await store.set('k3', 'changed')
    for await (const entry of iteration) seen.push(entry)
    expect(Object.fromEntries(seen as [string, unknown][])).toEqual(Object.fromEntries(numbered(5)))
  })

  it.each([1, 2])('keeps what is set while %i of it run', async (loads) => {
    const store = createStore()
    await store.setMany(numbered(20_000))
    await store.persist()
    await store.set('due', 1)
    let isDone = false
    const loading = Promise.all(Array.from({ length: loads }, () => store.load())).then(() => {
      isDone = true
    })
    const expected: Record<string, number> = {}
    for (let turn = 0; !isDone; turn++) {
      await store.set(`during ${turn}`, turn)
      expected[`during ${turn}`] = turn
      await new Promise(setImmediate)
    }
    await loading
    const found = Object.fromEntries(await store.getMany(Object.keys(expected)))
    expect(found).toEqual(expected)
  })

  it('of 100,000 entries does not hold the event loop', async () => {
    const store = createStore()
    await store.setMany(numbered(100_000))
    await store.close()
    const longest: number[] = []
    for (let attempt = 0; attempt < 3; attempt++) {
      const again = createStore()
      const delays = monitorEventLoopDelay({ resolution: 1 })
      delays.enable()
      expect(await again.load()).toEqual({ entries: 100_000, unreadable: [] })
      delays.disable()
      longest.push(delays.max / 1e6)
      expect(await again.get('k99999')).toEqual({ n: 99_999 })
      await again.close()
    }
    // Other programs of the machine can only make it longer.
    expect(Math.min(...longest)).toBeLessThan(50)
  })
})

describe('a store in memory whose worker was lost', () => {
  const resourceLimits = smallHeap

  async function createLost(): Promise<DuckDBStorageAdapter> {
    const store = createStore({ database: await openService(':memory:', { resourceLimits }) })
    await store.setMany(numbered(3))
    await store.persist()
    await expect(loseWorker(store)).rejects.toMatchObject({
      code: 'PERSIST_WORKER_LOST',
      isDataLost: true,
    })
    return store
  }

  it('saves everything again', async () => {
    const store = await createLost()
    await store.set('after', 1)
    await store.delete('k0')
    await store.persist().catch((error) => expect(error).toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' }))
    await store.persist()
    expect(await contents(store)).toEqual({ k1: { n: 1 }, k2: { n: 2 }, after: 1 })
    expect(await querySaved(store)).toEqual({ k1: { n: 1 }, k2: { n: 2 }, after: 1 })
  })

  it('saves everything again also where nothing has changed since', async () => {
    const store = await createLost()
    await store.persist().catch((error) => expect(error).toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' }))
    await store.persist()
    expect(await querySaved(store)).toEqual(Object.fromEntries(numbered(3)))
  })
})

describe('a Parquet file', () => {
  it.each(['plain.parquet', `it's "quoted", ü.parquet`, 'a*b?.parquet'])(
    'named %s has all entries, and gives them to another store',
    async (name) => {
      const file = join(folder, name)
      const store = createStore()
      await store.setMany(numbered(2000))
      await store.set('null', null)
      await store.set('text', 'a\0b')
      expect(await store.exportParquet(file)).toBe(2002)
      const other = createStore({ database: ':memory:' })
      await other.set('k0', 'overwritten')
      await other.set('own', 1)
      expect(await other.importParquet(file)).toEqual({ entries: 2002, unreadable: [] })
      expect(await contents(other)).toEqual({ ...(await contents(store)), own: 1 })
      expect(await querySaved(other)).toEqual(await contents(other))
    },
  )

  it('that is not there, or is none, is refused', async () => {
    const store = createStore()
    await store.set('a', 1)
    const refused = { code: 'PERSIST_QUERY_FAILED' }
    await expect(store.importParquet(join(folder, 'missing.parquet'))).rejects.toMatchObject(refused)
    const other = join(folder, 'other.parquet')
    await writeFile(`SELECT 1 AS id`, other)
    await expect(store.importParquet(other)).rejects.toMatchObject(refused)
    await expect(store.exportParquet(join(folder, 'missing', 'a.parquet'))).rejects.toMatchObject(refused)
    for (const bad of ['', 1, null, 'a\0b']) {
      await expect(store.importParquet(bad as string)).rejects.toThrow(TypeError)
      await expect(store.exportParquet(bad as string)).rejects.toThrow(TypeError)
    }
    expect(await contents(store)).toEqual({ a: 1 })
  })

  it('with values that are not JSON gives the others, and tells of them', async () => {
    const file = join(folder, 'unreadable.parquet')
    const store = createStore()
    await store.set('bad', 'before')
    await writeFile("SELECT * FROM (VALUES ('bad', 'x y'), ('good', '[1]')) v(key, value)", file)
    expect(await store.importParquet(file)).toEqual({ entries: 1, unreadable: ['bad'] })
    expect(await contents(store)).toEqual({ bad: 'before', good: [1] })
  })
})

describe('calls that nobody waits for', () => {
  it('are made in their order, also behind those that take turns with the rest of the program', async () => {
    const service = await openService(':memory:')
    for (const isOpen of [true, false]) {
      const target = createStore({ database: service, tableName: `is_open_${isOpen}` })
      if (isOpen) await target.load()
      void target.setMany(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, index]))
      void target.set('k199999', 'later')
      void target.deleteMany(Array.from({ length: 100_000 }, (_, index) => `k${index}`))
      void target.set('k0', 'last')
      await target.delete('k1')
      expect(await target.size()).toBe(100_001)
      expect(await target.getMany(['k0', 'k1', 'k199999'])).toEqual(
        new Map([
          ['k0', 'last'],
          ['k199999', 'later'],
        ]),
      )
    }
  })
})

describe('query()', () => {
  it('runs SQL with parameters on what is saved', async () => {
    const store = createStore()
    await store.setMany(numbered(10))
    await store.persist()
    const sql = `SELECT key FROM storage WHERE (value->>'$.n')::INT >= $1 AND key <> $2 ORDER BY key`
    expect(await store.query<{ key: string }>(sql, [7, 'k8'])).toEqual([{ key: 'k7' }, { key: 'k9' }])
    await expect(store.query('SELECT nonsense')).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })
})

describe('the log', () => {
  it('is folded when it is long, and the view is right all the while', async () => {
    const store = createStore()
    await store.load()
    const model = new Map<string, unknown>()
    let saved = 0
    let mostRows = 0
    for (let round = 0; saved < 65_000; round++) {
      if (round === 11) {
        await store.clear()
        model.clear()
      }
      for (let index = 0; index < 2500; index++) {
        const key = `k${(round * 997 + index * 3) % 4000}`
        const isDeleted = index % 7 === 0
        if (isDeleted) model.delete(key)
        else model.set(key, round * 10_000 + index)
        await (isDeleted ? store.delete(key) : store.set(key, round * 10_000 + index))
      }
      saved += (await store.persist()).rows
      expect(await querySaved(store)).toEqual(Object.fromEntries(model))
      const [log] = await store.query<{ n: number }>(
        'SELECT count(*)::INT AS n FROM __duckpaddle_storage_log',
      )
      mostRows = Math.max(mostRows, log?.n ?? 0)
    }
    expect(mostRows).toBeGreaterThan(15_000)
    expect(mostRows).toBeLessThan(25_000)
    await store.close()
    expect(await readTable()).toEqual(Object.fromEntries(model))
    const restarted = createStore()
    expect(await contents(restarted)).toEqual(Object.fromEntries(model))
  })

  it('of a single save that is longer is folded before the next', async () => {
    const store = createStore()
    await store.setMany(numbered(30_000))
    await store.persist()
    await store.set('k0', 'after')
    await store.delete('k1')
    await store.persist()
    const counts = `SELECT (SELECT count(*)::INT FROM __duckpaddle_storage_log) AS log,
      (SELECT count(*)::INT FROM __duckpaddle_storage_base) AS base, (SELECT count(*)::INT FROM storage) AS entries`
    expect(await store.query(counts)).toEqual([{ log: 2, base: 30_000, entries: 29_999 }])
    await store.close()
    const table = await readTable()
    expect(table.k0).toBe('after')
    expect(table.k1).toBeUndefined()
  })
})
