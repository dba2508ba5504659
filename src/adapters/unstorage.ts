import { types } from 'node:util'
import type { DuckDBStorageAdapter } from '../main/store/storage-adapter.js'

/** Options of unstorage's methods. */
export interface ItemOptions {
  /** In seconds, as of unstorage's own drivers; of 0 the item is there for good. */
  readonly ttl?: number | undefined
}

/** An item of `getItems()`. */
export interface Item {
  readonly key: string
  readonly options?: ItemOptions | undefined
}

export interface DuckDBDriver {
  readonly name: string
  readonly flags: { readonly ttl: true }
  readonly options: DuckDBStorageAdapter
  getInstance(): DuckDBStorageAdapter
  hasItem(key: string): Promise<boolean>
  getItem(key: string): Promise<string | number | boolean | object | null>
  getItems(
    items: readonly Item[],
  ): Promise<{ key: string; value: string | number | boolean | object | null }[]>
  getItemRaw(key: string): Promise<unknown>
  setItem(key: string, value: string, options?: ItemOptions): Promise<void>
  setItems(items: readonly (Item & { readonly value: string })[], options?: ItemOptions): Promise<void>
  setItemRaw(key: string, value: unknown, options?: ItemOptions): Promise<void>
  removeItem(key: string): Promise<void>
  getKeys(base?: string): Promise<string[]>
  clear(base?: string): Promise<void>
  dispose(): Promise<void>
}

/**
 * A driver of unstorage on a `DuckDBStorageAdapter`, which is in memory and saved to DuckDB by itself.
 *
 * @param store - Closed by `dispose()`.
 *
 * @example
 * ```ts
 * const store = new DuckDBStorageAdapter({ database: 'app.duckdb' })
 * const storage = createStorage({ driver: duckdbDriver(store) })
 * await storage.setItem('user:ada', { admin: true }, { ttl: 60 })
 * await storage.dispose()
 * ```
 */
export function duckdbDriver(store: DuckDBStorageAdapter): DuckDBDriver {
  const getItem = async (key: string) => toItem(await store.get(key))
  return {
    name: 'duckdb',
    flags: { ttl: true },
    options: store,
    getInstance: () => store,
    hasItem: (key) => store.has(key),
    getItem,
    async getItems(items) {
      const found = await store.getMany(items.map(({ key }) => key))
      return items.map(({ key }) => ({ key, value: toItem(found.get(key)) }))
    },
    getItemRaw: getItem,
    setItem: (key, value, options) => store.set(key, value, toSetOptions(options)),
    setItems: (items, common) =>
      store.batch(
        items.map(({ key, value, options }) => {
          return { type: 'set', key, value, ...toSetOptions({ ...common, ...options }) }
        }),
      ),
    setItemRaw: (key, value, options) => store.set(key, toBytes(value), toSetOptions(options)),
    async removeItem(key) {
      await store.delete(key)
    },
    async getKeys(base) {
      const keys: string[] = []
      for await (const key of store.keys(toRange(base))) keys.push(key)
      return keys
    },
    clear: (base) => store.clear(toRange(base)),
    dispose: () => store.close(),
  }
}

/** unstorage has null for what is not there. */
function toItem(value: unknown): string | number | boolean | object | null {
  return (value ?? null) as string | number | boolean | object | null
}

function toSetOptions({ ttl }: ItemOptions = {}): { expiresInMs: number | undefined } {
  return { expiresInMs: ttl === undefined || ttl === 0 ? undefined : Math.max(ttl * 1000, 0) }
}

function toBytes(value: unknown): unknown {
  return types.isAnyArrayBuffer(value) ? new Uint8Array(value) : value
}

/** A base is empty, or ends with a colon. */
function toRange(base: string | undefined): { prefix: string } | undefined {
  return base === undefined || base === '' ? undefined : { prefix: base }
}
