import { DuckDBStorageAdapter } from 'duckpaddle'
import type { KeyValueRecord } from '../records.js'
import type { RecordContender, SetContender } from './record-contender.js'
import { storageEntries } from './storage-entries.js'

/** The store in memory, which is saved when it is told to, and not by itself in the midst of a measurement. */
export const storageAdapter: RecordContender = {
  async open(path) {
    const store = new DuckDBStorageAdapter<KeyValueRecord['value']>({ database: path, autoPersist: false })
    await store.load()
    return {
      stage: (records) => store.setMany(records.map(({ key, value }) => [key, value])),
      save: () => store.persist(),
      close: () => store.close(),
    }
  },
  entries: storageEntries,
}

/** The same, and each change resolves when it is committed. */
export const storageAdapterEach: SetContender = {
  async open(path) {
    const store = new DuckDBStorageAdapter<KeyValueRecord['value']>({ database: path, durability: 'each' })
    await store.load()
    return { set: ({ key, value }) => store.set(key, value), close: () => store.close() }
  },
  entries: storageEntries,
}
