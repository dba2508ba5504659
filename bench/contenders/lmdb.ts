import type { KeyValueRecord } from '../records.js'
import { openLmdb } from './open-lmdb.js'
import type { RecordContender, SetContender } from './record-contender.js'

/** Puts each record, and awaits the last: what is put in one turn of the event loop shares a transaction. */
export const lmdb: RecordContender = {
  async open(path) {
    const database = openDatabase(path)
    let staged: readonly KeyValueRecord[] = []
    return {
      async stage(records) {
        staged = records
      },
      async save() {
        let last: Promise<boolean> | undefined
        for (const { key, value } of staged) last = database.put(key, value)
        await last
        return undefined
      },
      close: () => database.close(),
    }
  },
  entries,
}

/** `put()` as it is by default: it resolves at the commit, which may not have been flushed to the disk yet. */
export const lmdbPut: SetContender = {
  async open(path) {
    const database = openDatabase(path)
    return {
      async set({ key, value }) {
        await database.put(key, value)
      },
      close: () => database.close(),
    }
  },
  entries,
}

/** Waits for the disk as well, as a commit of DuckDB does. */
export const lmdbFlushed: SetContender = {
  async open(path) {
    const database = openDatabase(path)
    return {
      async set({ key, value }) {
        await database.put(key, value)
        await database.flushed
      },
      close: () => database.close(),
    }
  },
  entries,
}

async function* entries(path: string): AsyncGenerator<readonly [key: string, text: string]> {
  const database = openDatabase(path)
  try {
    for (const { key, value } of database.getRange()) yield [key, JSON.stringify(value)]
  } finally {
    await database.close()
  }
}

function openDatabase(path: string) {
  return openLmdb<KeyValueRecord['value']>(path)
}
