import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { DuckDBStorageAdapter, open, type PersistenceService, type Table } from 'duckpaddle'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { isLong } from '../support/generated-cases.js'

interface Row {
  readonly id: number
}

let db: PersistenceService
let other: PersistenceService
let table: Table<Row>
let second: Table<Row>
let keyed: Table<Row>

const definition = { columns: { id: 'BIGINT NOT NULL' } } as const

// Most tests leave both open, and a thread takes long to start.
async function openAgain(service: PersistenceService | undefined): Promise<PersistenceService> {
  return service?.stats().status === 'open' ? service : open(':memory:')
}

beforeEach(async () => {
  ;[db, other] = await Promise.all([openAgain(db), openAgain(other)])
  for (const service of [db, other]) await service.run('DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS u')
  await db.run('DROP TABLE IF EXISTS s; DROP TABLE IF EXISTS k')
  table = await db.table('t', definition)
  keyed = await db.table('k', { columns: definition.columns, key: ['id'] })
  second = await db.table('s', definition)
})
afterAll(async () => {
  await Promise.all([db.close(), other.close()])
})

const waits = { name: 'TypeError', message: expect.stringContaining('would wait for persist() to `t`') }

const calls: [string, () => Promise<unknown>][] = [
  ['run()', () => db.run('CREATE TABLE u (id INT)')],
  ['query() that writes', () => db.query('INSERT INTO s VALUES (1) RETURNING id')],
  ['close()', () => db.close()],
  ['transaction()', () => db.transaction((tx) => tx.query('SELECT 1'))],
]

/** What does not wait for a call whose rows are still coming. */
const others: [string, () => Promise<unknown>][] = [
  ['persist() to the table, which has neither key nor constraints', () => table.persist([{ id: 2 }])],
  ['persist() to another table', () => second.persist([{ id: 2 }])],
  [
    'persist() of a source to another table',
    () =>
      second.persist(
        (async function* () {
          yield { id: 3 }
        })(),
      ),
  ],
  ['persist() to a table with a key', () => keyed.persist([{ id: 2 }], { onConflict: 'update' })],
  ['table()', () => db.table('s')],
  ['checkpoint()', () => db.checkpoint()],
]

/** When, in the life of a source, something is called: V8 resumes it in other ways each time. */
const sources: [string, (call: () => Promise<unknown>) => AsyncIterable<Row>][] = [
  [
    'before its first row',
    async function* (call) {
      await call()
      yield { id: 1 }
    },
  ],
  [
    'after a microtask',
    async function* (call) {
      await Promise.resolve()
      await call()
      yield { id: 1 }
    },
  ],
  [
    'after a turn of the event loop',
    async function* (call) {
      yield { id: 1 }
      await new Promise(setImmediate)
      await call()
      yield { id: 2 }
    },
  ],
  [
    'after many quick rows',
    async function* (call) {
      for (let id = 0; id < 5000; id++) yield { id }
      await call()
    },
  ],
  [
    'after many quick rows and a microtask',
    async function* (call) {
      for (let id = 0; id < 5000; id++) yield { id }
      await Promise.resolve()
      await Promise.resolve()
      await call()
    },
  ],
  [
    'within a generator that it delegates to',
    async function* (call) {
      yield* (async function* () {
        yield { id: 1 }
        await call()
      })()
    },
  ],
  [
    'by a Readable that reads',
    (call) => {
      let id = 0
      return new Readable({
        objectMode: true,
        read() {
          if (++id < 10) this.push({ id })
          else
            call().then(
              () => this.push(null),
              (error) => this.destroy(error),
            )
        },
      })
    },
  ],
  [
    'by a web stream that is pulled',
    (call) =>
      new ReadableStream<Row>(
        {
          async pull(controller) {
            await call()
            controller.close()
          },
        },
        { highWaterMark: 0 },
      ) as never,
  ],
]

describe.each(calls)('%s, awaited by the source of a persist() that it waits for', (_, call) => {
  it.each(sources)('%s, rejects at once', async (_title, make) => {
    await expect(table.persist(make(call))).rejects.toMatchObject(waits)
    expect(await second.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
  })
})

describe.each(others.map((other, turn) => [...other, turn] as const))(
  '%s, awaited by the source of a persist()',
  (_, call, turn) => {
    it.each(sources.filter((_source, at) => isLong || at % 3 === turn % 3))(
      '%s, works',
      async (_title, make) => {
        expect(await table.persist(make(call))).toMatchObject({ rejected: 0 })
      },
    )
  },
)

describe('a source', () => {
  it('of rows for a table with a key cannot wait for another call on the table', async () => {
    async function* rows() {
      yield { id: 1 }
      await keyed.persist([{ id: 2 }])
    }
    await expect(keyed.persist(rows())).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('would wait for persist() to `k`'),
    })
    expect(await keyed.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
  })

  it('cannot wait for a call that waits for one which waits for it', async () => {
    async function* rows() {
      yield { id: 1 }
      await new Promise(setImmediate)
      await second.persist([{ id: 2 }])
    }
    const call = table.persist(rows())
    const ddl = db.run('CREATE TABLE u (i INT)')
    await expect(call).rejects.toMatchObject({ name: 'TypeError' })
    await ddl
    expect(await second.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
  })

  it('may catch the rejection, and go on', async () => {
    async function* rows() {
      yield await db.run('CREATE TABLE u (i INT)').catch(() => ({ id: 7 }))
    }
    await table.persist(rows() as never)
    expect(await db.query('SELECT id::INT AS id FROM t')).toEqual([{ id: 7 }])
  })

  it('may read, write to another service, and close that', async () => {
    const elsewhere = await other.table('t', definition)
    async function* rows() {
      const [row] = await db.query<{ n: number }>('SELECT count(*)::INT AS n FROM s')
      await elsewhere.persist([{ id: row?.n ?? -1 }])
      await other.close()
      yield { id: 1 }
    }
    expect(await table.persist(rows())).toMatchObject({ inserted: 1 })
  })

  it('may close with a limit of time, which interrupts its call', async () => {
    async function* rows() {
      await db.close({ timeoutMs: 1 })
      yield { id: 1 }
    }
    await expect(table.persist(rows())).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })

  it('that is over does not concern what it has started', async () => {
    let later: Promise<unknown> | undefined
    async function* rows() {
      later = new Promise(setImmediate)
        .then(() => new Promise(setImmediate))
        .then(() => table.persist([{ id: 2 }]))
      yield { id: 1 }
    }
    await table.persist(rows())
    await later
    expect(await db.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 2 }])
  })

  it('concerns nobody else: others wait for its call, and have their turn', async () => {
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    async function* rows() {
      for (let id = 0; id < 1000; id++) yield { id }
      await ended
    }
    const call = table.persist(rows())
    const waiting = [
      new Promise(setImmediate).then(() => second.persist([{ id: 1 }])),
      db.run('CREATE TABLE u (i INT)'),
    ]
    await new Promise(setImmediate)
    waiting.push(second.persist([{ id: 2 }]))
    end()
    await Promise.all([call, ...waiting])
    expect(await db.query('SELECT count(*)::INT AS n FROM s')).toEqual([{ n: 2 }])
  })

  it('on each of two services that waits for the other: one of them rejects', async () => {
    const elsewhere = await other.table('t', definition)
    const arrived: (() => void)[] = []
    const meet = () =>
      new Promise<void>((resolve) => {
        arrived.push(resolve)
        if (arrived.length === 2) for (const go of arrived) go()
      })
    async function* rows(call: () => Promise<unknown>) {
      await meet()
      await call()
      yield { id: 1 }
    }
    const outcomes = await Promise.allSettled([
      table.persist(rows(() => other.run('CREATE TABLE u (i INT)'))),
      elsewhere.persist(rows(() => db.run('CREATE TABLE u (i INT)'))),
    ])
    const rejected = outcomes.filter(({ status }) => status === 'rejected')
    expect(rejected).toHaveLength(1)
    expect(rejected[0]).toMatchObject({ reason: { name: 'TypeError' } })
  })
})

describe('callbacks whose call does not wait for them', () => {
  it('may write, be they waited for or not: they have their turn after it', async () => {
    const written: Promise<unknown>[] = []
    const write = (id: number) => written.push(second.persist([{ id }]))
    function* rows() {
      write(1)
      yield { id: 1 }
      yield { id: 'x' as never }
    }
    await table.persist(rows(), {
      onRowError: () => {
        write(2)
        return 'skip'
      },
      onProgress: (async () => {
        await second.persist([{ id: 3 }])
      }) as never,
    })
    await Promise.all(written)
    await db.checkpoint()
    expect(await db.query('SELECT id::INT AS id FROM s ORDER BY id')).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 3 },
    ])
  })
})

describe('a store on the service of the call', () => {
  const changes: [string, (store: DuckDBStorageAdapter) => Promise<unknown>][] = [
    ["set() with durability: 'each'", (store) => store.set('k', 1)],
    ['a transaction with it', (store) => store.transaction((inner) => inner.set('k', 1))],
    ['persist()', (store) => store.persist()],
    ['load()', (store) => store.load()],
    ['close()', (store) => store.close()],
    ['exportParquet()', (store) => store.exportParquet('never.parquet')],
    ['importParquet()', (store) => store.importParquet('never.parquet')],
  ]

  it.each(changes)('%s, awaited by its source, rejects at once', async (_, change) => {
    const store = new DuckDBStorageAdapter({ database: db, durability: 'each' })
    await store.set('before', 1)
    async function* rows() {
      await change(store)
      yield { id: 1 }
    }
    await expect(table.persist(rows())).rejects.toMatchObject(waits)
    await store.set('after', 1)
    await store.close()
    expect(await db.query("SELECT key FROM storage WHERE key = 'after'")).toHaveLength(1)
  })

  it('is not opened by its source, but may be by what comes next', async () => {
    const store = new DuckDBStorageAdapter({ database: db })
    async function* rows() {
      await store.get('k')
      yield { id: 1 }
    }
    await expect(table.persist(rows())).rejects.toMatchObject(waits)
    await store.set('k', 1)
    await store.close()
  })

  it('that saves by itself may be read, and changed, by its source', async () => {
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: { maxChanges: 1 } })
    await store.set('k', 1)
    async function* rows() {
      await store.set('k', 2)
      yield { id: Number(await store.get('k')) }
    }
    await table.persist(rows())
    await store.close()
    expect(await db.query("SELECT value::VARCHAR AS value FROM storage WHERE key = 'k'")).toEqual([
      { value: '2' },
    ])
  })

  it('may be waited for where another has begun the save', async () => {
    const store = new DuckDBStorageAdapter({ database: db, durability: 'each' })
    await store.set('before', 1)
    let outside: Promise<unknown> | undefined
    async function* rows() {
      const inside = store.set('inside', 1).catch((error) => error)
      outside = store.set('outside', 1)
      outside.catch(() => undefined)
      expect(await inside).toBeInstanceOf(TypeError)
      yield { id: 1 }
    }
    await table.persist(rows())
    await store.close()
    const keys = "SELECT key FROM storage WHERE key IN ('inside', 'outside') ORDER BY key"
    expect(await db.query(keys)).toEqual([{ key: 'inside' }, { key: 'outside' }])
  })
})

describe('the callback of a transaction', () => {
  const inTransaction = (call: () => Promise<unknown>) =>
    db.transaction(async (tx) => {
      await tx.persist(second, [{ id: 1 }])
      await new Promise(setImmediate)
      await call()
    })
  const waitsForIt = {
    name: 'TypeError',
    message: expect.stringContaining('would wait for transaction(), which waits for the code that calls it'),
  }

  it.each([...calls, ...others.filter(([title]) => title !== 'table()')])(
    'cannot wait for %s',
    async (_, call) => {
      await expect(inTransaction(call)).rejects.toMatchObject(waitsForIt)
      expect(await db.query('SELECT * FROM s')).toEqual([])
      expect(await second.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    },
  )

  it.each([[false], [true]])(
    'cannot make a write stream, whose end it would wait for (atomic: %s)',
    async (atomic) => {
      const write = async () => {
        const stream = second.createWriteStream({ atomic })
        stream.end({ id: 2 })
        await finished(stream)
      }
      await expect(inTransaction(write)).rejects.toMatchObject(waitsForIt)
      await write()
      expect(await db.query('SELECT id::INT AS id FROM s')).toEqual([{ id: 2 }])
    },
  )

  it('cannot wait for a change of a store on the service', async () => {
    const store = new DuckDBStorageAdapter({ database: db, durability: 'each' })
    await store.set('before', 1)
    await expect(inTransaction(() => store.set('k', 1))).rejects.toMatchObject(waitsForIt)
    await expect(inTransaction(() => store.persist())).rejects.toMatchObject(waitsForIt)
    await store.set('after', 1)
    await store.close()
  })

  it('may catch the rejection, and go on', async () => {
    await db.transaction(async (tx) => {
      const error = await table.persist([{ id: 1 }]).catch((reason) => reason)
      await tx.persist(table, [{ id: error instanceof TypeError ? 7 : 8 }])
    })
    expect(await db.query('SELECT id::INT AS id FROM t')).toEqual([{ id: 7 }])
  })

  it('may read, use table(), write to another service, and wait for a transaction there', async () => {
    const elsewhere = await other.table('t', definition)
    await db.transaction(async (tx) => {
      const [row] = await db.query<{ n: number }>('SELECT count(*)::INT AS n FROM s')
      await other.transaction((inner) => inner.persist(elsewhere, [{ id: row?.n ?? -1 }]))
      await tx.persist(await db.table('t', definition), [{ id: 1 }])
    })
    expect(await other.query('SELECT id::INT AS id FROM t')).toEqual([{ id: 0 }])
    expect(await db.query('SELECT id::INT AS id FROM t')).toEqual([{ id: 1 }])
  })

  it('cannot wait for table() once it has changed tables itself', async () => {
    const work = db.transaction(async (tx) => {
      await tx.run('CREATE TABLE u (id INT)')
      await db.table('t')
    })
    await expect(work).rejects.toMatchObject(waitsForIt)
    expect(await db.table('t')).toMatchObject({ name: 't' })
  })

  it('of each of two services cannot wait for the other: one of them rejects', async () => {
    const arrived: (() => void)[] = []
    const meet = () =>
      new Promise<void>((resolve) => {
        arrived.push(resolve)
        if (arrived.length === 2) for (const go of arrived) go()
      })
    const cross = (from: PersistenceService, to: PersistenceService) =>
      from.transaction(async () => {
        await meet()
        await to.transaction(async (inner) => inner.query('SELECT 1'))
      })
    const outcomes = await Promise.allSettled([cross(db, other), cross(other, db)])
    const rejected = outcomes.filter(({ status }) => status === 'rejected')
    expect(rejected).toHaveLength(1)
    expect(rejected[0]).toMatchObject({ reason: { name: 'TypeError' } })
  })
})

describe('transactions of stores', () => {
  it('that wait for each other: one of them rejects', async () => {
    const stores = [db, other].map((database) => new DuckDBStorageAdapter({ database })) as [
      DuckDBStorageAdapter,
      DuckDBStorageAdapter,
    ]
    const [a, b] = stores
    const arrived: (() => void)[] = []
    const meet = () =>
      new Promise<void>((resolve) => {
        arrived.push(resolve)
        if (arrived.length === 2) for (const go of arrived) go()
      })
    const cross = (from: DuckDBStorageAdapter, to: DuckDBStorageAdapter) =>
      from.transaction(async (inner) => {
        await meet()
        await to.transaction((innermost) => innermost.set('k', 1))
        await inner.set('k', 1)
      })
    const outcomes = await Promise.allSettled([cross(a, b), cross(b, a)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'TypeError' },
    })
    await Promise.all(stores.map((store) => store.set('later', 1)))
    await Promise.all(stores.map((store) => store.close()))
  })

  it('may close the service, and fail for it', async () => {
    const store = new DuckDBStorageAdapter({ database: db, durability: 'each' })
    const work = store.transaction(async (inner) => {
      await inner.set('k', 1)
      await db.close()
    })
    await expect(work).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
  })
})

describe('table(), which waits for no persist(),', () => {
  it.each(sources)('can be awaited by the source of one, %s', async (_, create) => {
    let found: string | undefined
    const receipt = await table.persist(
      create(async () => {
        found = (await db.table('s')).name
      }),
    )
    expect(found).toBe('s')
    expect(receipt.rows).toBe(receipt.inserted)
  })

  it('is refused where a run() comes first that waits for that persist()', async () => {
    async function* rows() {
      yield { id: 1 }
      await new Promise(setImmediate)
      await db.table('s')
    }
    const persisted = table.persist(rows())
    const run = db.run('CREATE TABLE u (id INT)')
    await expect(persisted).rejects.toMatchObject(waits)
    await run
    expect(await db.query('SELECT * FROM t')).toEqual([])
  })
})
