import { DuckDBStorageAdapter, type StorageAdapterOptions } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())

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
      expect(() => new DuckDBStorageAdapter({ database: 'x', autoPersist })).toThrow(RangeError)
    },
  )

  it('of close() are refused where they are none', async () => {
    const store = stores.create()
    await expect(store.close({ discard: true } as never)).rejects.toThrow(TypeError)
    await expect(store.close({ discardChanges: 1 } as never)).rejects.toThrow(TypeError)
    await store.set('a', 1)
  })

  it('may name the table as a keyword of SQL', async () => {
    const store = stores.create({ tableName: 'select' })
    await store.set('a', 1)
    await store.close()
    await stores.expectStored(store, { a: 1 })
  })
})
