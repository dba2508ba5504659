import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

const prototype = Object.prototype as unknown as Record<string, unknown>
const added = new Set<string>()

function add(properties: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(properties)) {
    prototype[name] = value
    added.add(name)
  }
}

afterEach(() => {
  for (const name of added) delete prototype[name]
  added.clear()
})

describe('what every object inherits', () => {
  it('is no option, and no value of a row', async () => {
    const definition = { columns: { id: 'BIGINT NOT NULL', kind: 'VARCHAR', doc: 'JSON' } } as const
    const table = await db.table('rows', definition)
    add({ onRowError: 'skip', kind: 'x', doc: {}, updated: 5, heapBytes: 9, timeoutMs: 1, key: ['id'] })
    await expect(table.persist([{ id: 'bad' as never }])).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
    })
    async function* rows() {
      yield { id: 3 }
      await new Promise(setImmediate)
      yield { id: 4, kind: 'x' }
    }
    expect(await table.persist([{ id: 1 }, { id: 2, kind: 'x', doc: {} }])).toMatchObject({ updated: 0 })
    await table.persist(rows())
    const again = await db.table('rows', definition)
    for (const name of added) delete prototype[name]
    expect(again.key).toEqual([])
    expect(await db.query('SELECT id::INT AS id, kind, doc::VARCHAR AS doc FROM rows ORDER BY id')).toEqual([
      { id: 1, kind: null, doc: null },
      { id: 2, kind: 'x', doc: '{}' },
      { id: 3, kind: null, doc: null },
      { id: 4, kind: 'x', doc: null },
    ])
  })

  it('that was added while a source of rows was waited for is no value of its rows', async () => {
    const table = await db.table('later', { columns: { id: 'BIGINT', late: 'VARCHAR' } })
    async function* rows() {
      yield { id: 1 }
      await new Promise(setImmediate)
      add({ late: 'x' })
      await new Promise(setImmediate)
      yield { id: 2 }
      yield { id: 3, late: 'x' }
    }
    await table.persist(rows())
    delete prototype.late
    expect(await db.query('SELECT late FROM later ORDER BY id')).toEqual([
      { late: null },
      { late: null },
      { late: 'x' },
    ])
  })

  it('is no operation of a batch, and no part of a value', async () => {
    const store = new DuckDBStorageAdapter({ database: db })
    await store.set('k', 1)
    add({ type: 'clear', key: 'k', extra: 'x' })
    await expect(store.batch([{} as never])).rejects.toThrow(TypeError)
    await expect(store.batch([{ type: 'delete' } as never])).rejects.toThrow(TypeError)
    await store.set('o', { a: 1 })
    await store.persist()
    for (const name of added) delete prototype[name]
    expect(await db.query('SELECT key, value::VARCHAR AS value FROM storage ORDER BY key')).toEqual([
      { key: 'k', value: '1' },
      { key: 'o', value: '{"a":1}' },
    ])
    await store.close()
  })
})

it('null is neither an option that is not given, nor options', async () => {
  const table = await db.table('rows', { columns: { id: 'BIGINT NOT NULL', kind: 'VARCHAR', doc: 'JSON' } })
  const store = new DuckDBStorageAdapter({ database: db, tableName: 'nulls' })
  const calls: (() => Promise<unknown>)[] = [
    () => table.persist([], null as never),
    () => table.persist([], { onRowError: null } as never),
    () => db.table('rows', null as never),
    () => db.table('rows', { key: null } as never),
    () => db.close(null as never),
    () => db.close({ timeoutMs: null } as never),
    () => store.close(null as never),
    () => store.close({ discardChanges: null } as never),
    () => open(':memory:', null as never),
    () => open(':memory:', { threads: null } as never),
  ]
  for (const call of calls) {
    await expect(call()).rejects.toThrow(TypeError)
    await expect(call()).rejects.toThrow(/got null/)
  }
  expect(db.stats().status).toBe('open')
  await store.close()
})

it('a listener of a store that fails is on stderr, and the others are called', async () => {
  const store = new DuckDBStorageAdapter({ database: db, tableName: 'heard', autoPersist: { maxChanges: 1 } })
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const failure = new Error('listener')
  const heard = new Promise((resolve) => {
    store.on('persisted', () => {
      throw failure
    })
    store.on('persisted', (() => Promise.reject(failure)) as never)
    store.on('persisted', resolve)
  })
  await store.set('k', 1)
  await heard
  await new Promise(setImmediate)
  expect(logged.mock.calls.map(([, error]) => error)).toEqual([failure, failure])
  logged.mockRestore()
  await store.close()
})

describe('what a row inherits from its class', () => {
  class Account {
    readonly id: number
    readonly #name: string
    constructor(id: number, name: string) {
      this.id = id
      this.#name = name
    }
    get name(): string {
      return this.#name
    }
    status(): string {
      return 'a method'
    }
  }
  const columns = { id: 'BIGINT NOT NULL', name: 'VARCHAR', status: 'VARCHAR' } as const
  const sources = {
    array: (rows: readonly Account[]) => rows,
    generator: (rows: readonly Account[]) => rows.values(),
    async *asynchronous(rows: readonly Account[]) {
      yield* rows
    },
  }

  it.each(Object.entries(sources))(
    'is a value where it is a getter, and none where it is a method (%s)',
    async (name, source) => {
      const table = await db.table(`accounts_${name}`, { columns, key: ['id'] })
      await table.persist([{ id: 1, name: 'x', status: 'open' }])
      const rows = [new Account(1, 'ada'), new Account(2, 'bob'), { id: 3, extra: undefined }]
      // Types see a method where there is no value.
      await table.persist(source(rows as never) as never, { onConflict: 'update' })
      expect(await db.query(`SELECT * FROM accounts_${name} ORDER BY id`)).toEqual([
        { id: 1n, name: 'ada', status: 'open' },
        { id: 2n, name: 'bob', status: null },
        { id: 3n, name: null, status: null },
      ])
      const stray = Object.assign(new Account(4, 'eve'), { extra: 1 })
      await expect(table.persist([stray as never])).rejects.toMatchObject({
        rejection: { code: 'unknown-column', column: 'extra' },
      })
    },
  )
})
