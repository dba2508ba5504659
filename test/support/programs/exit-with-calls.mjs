// Makes calls of a store that nobody waits for, and ends in the way of argv[3].
import { once } from 'node:events'
import { DuckDBStorageAdapter, open } from '../../../dist/main/index.js'

const [, , path, way, detail] = process.argv
const create = (options = {}) => new DuckDBStorageAdapter({ database: path, autoPersist: false, ...options })
const entries = (count) => Array.from({ length: count }, (_, index) => [`k${index}`, { index }])

function callAll(store) {
  void store.set('gone', 1)
  void store.set('a', 0)
  void store.clear()
  void store.set('a', 1)
  void store.setMany([
    ['b', { text: 'zürich' }],
    ['c', null],
    ['d', 4],
  ])
  void store.delete('c')
  void store.deleteMany(['d'])
  void store.batch([
    { type: 'set', key: 'e', value: [5] },
    { type: 'delete', key: 'none' },
    { type: 'set', key: 'over', value: 1, expiresInMs: 0 },
  ])
  void store.setMany(['p1', 'p2', 'p3', 'q'].map((key) => [key, key]))
  void store.clear({ prefix: 'p', reverse: true, limit: 2 })
  void store.set('p3', 'again')
  void store.set('bytes', new Uint8Array([1, 2, 3]))
  void store.set('', { $duckpaddle: 1 }, { expiresInMs: 1e9 })
}

const ways = {
  /** In the turn of the first call, before anything has begun to open. */
  async exit() {
    callAll(create())
    process.exit(3)
  },
  async throw() {
    callAll(create())
    throw new Error('thrown on purpose')
  },
  async itself() {
    callAll(create())
  },
  /** So many milliseconds later: the worker starts, the file is opened, the tables are prepared. */
  async opening() {
    callAll(create())
    setTimeout(() => process.exit(3), Number(detail))
  },
  async service() {
    const database = await open(path, { config: { TimeZone: 'America/New_York' } })
    callAll(create({ database }))
    process.exit(3)
  },
  /** So many turns of the event loop later: the tables of the store are half prepared. */
  async preparing() {
    const database = await open(path)
    callAll(create({ database }))
    for (let turn = 0; turn < Number(detail); turn++) await new Promise(setImmediate)
    process.exit(3)
  },
  async open() {
    const store = create()
    await store.load()
    callAll(store)
    process.exit(3)
  },
  async many() {
    void create().setMany(entries(25_000))
    process.exit(3)
  },
  async 'many of an open store'() {
    const store = create()
    await store.load()
    void store.setMany(entries(25_000))
    await new Promise(setImmediate)
    process.exit(3)
  },
  async 'many deleted'() {
    const store = create()
    await store.setMany(entries(25_000))
    await store.persist()
    void store.deleteMany(entries(24_999).map(([key]) => key))
    process.exit(3)
  },
  /** A worker that has ended cannot write. */
  async lost() {
    const database = await open(path, { resourceLimits: { maxOldGenerationSizeMb: 24 } })
    const store = create({ database })
    await store.load()
    const parameters = Array.from({ length: 1_000_000 }, (_, index) => `parameter ${index}`)
    const lost = await store.query('SELECT 1', parameters).catch(({ code }) => code)
    callAll(store)
    process.exit(lost === 'PERSIST_WORKER_LOST' ? 3 : 4)
  },
  async two() {
    const database = await open(path)
    void create({ database, tableName: 'one' }).set('k', 1)
    void create({ database, tableName: 'two' }).set('k', 2)
    void create({ database: `${path}.other` }).set('k', 3)
    process.exit(3)
  },
  async 'exit listener'() {
    let store
    process.on('exit', () => void store.set('early', 1))
    store = create()
    void store.set('k', 1)
    process.on('exit', () => void store.set('late', 1).catch(() => undefined))
    process.exit(3)
  },
  /** In stores of their own, none of which has a change. */
  async nothing() {
    let stores = 0
    const another = () => create({ database: `${path}.${++stores}` })
    // Its work has not run.
    void another().transaction((inner) => inner.set('k', 1))
    const refusing = another()
    refusing.set('k', undefined).catch(() => undefined)
    refusing
      .setMany([
        ['good', 1],
        ['bad', () => 1],
      ])
      .catch(() => undefined)
    const reading = another()
    reading.get('k').catch(() => undefined)
    reading.size().catch(() => undefined)
    void create({ database: ':memory:' }).set('k', 1)
    process.exit(3)
  },
  async poisoned() {
    const database = await open(path)
    const givenUp = create({ database, tableName: 'given_up' })
    await givenUp.set('k', 1)
    void givenUp.close({ discardChanges: true })
    const value = {}
    const store = create({ database })
    void store.set('poisoned', value)
    value.self = value
    void store.set('k', 1)
    process.exit(3)
  },
  async sigterm() {
    const database = await open(path)
    const store = create({ database })
    await store.set('k', 1)
    process.on('SIGTERM', async () => {
      await database.close()
      process.exit(3)
    })
    process.kill(process.pid, 'SIGTERM')
    await once(process, 'exit')
  },
}
await ways[way]()
