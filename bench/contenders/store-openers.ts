import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { DuckDBStorageAdapter } from 'duckpaddle'
import type { KeyValueRecord } from '../shapes/key-value.js'
import type { Contender } from './contender.js'

/** A way to have the records of a file in memory. */
export interface StoreOpener {
  /** Resolves when all of them are there; values may be text. */
  open(path: string): Promise<Pick<Contender, 'entries'> & { close(): Promise<void> }>
  /** Whether it opens nothing. */
  readonly isIdle?: boolean
}

const idleMs = 1500

const storeOpeners: Readonly<Record<string, StoreOpener>> = {
  idle: {
    isIdle: true,
    async open() {
      await sleep(idleMs)
      return { close: async () => undefined }
    },
  },
  /** A Map of what DuckDB's bindings read, on the thread that calls them. */
  'node-api on main': {
    async open(path) {
      const instance = await DuckDBInstance.create(path, { threads: '1' })
      const connection = await instance.connect()
      const reader = await connection.runAndReadAll('SELECT "key", "value"::VARCHAR FROM storage')
      const texts = new Map(reader.getRows().map(([key, text]) => [String(key), String(text)] as const))
      return {
        async *entries() {
          yield* texts
        },
        async close() {
          connection.closeSync()
          instance.closeSync()
        },
      }
    },
  },
  DuckDBStorageAdapter: {
    async open(path) {
      const store = new DuckDBStorageAdapter<KeyValueRecord['value']>({ database: path, autoPersist: false })
      await store.load()
      return {
        async *entries() {
          for await (const [key, value] of store.entries()) yield [key, JSON.stringify(value)] as const
        },
        close: () => store.close(),
      }
    },
  },
}

export function findStoreOpener(name: string): StoreOpener {
  const found = storeOpeners[name]
  if (found === undefined) throw new Error(`There is no contender ${name}`)
  return found
}
