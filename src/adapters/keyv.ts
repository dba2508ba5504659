import type { DuckDBStorageAdapter } from '../main/store/storage-adapter.js'

/** An entry of `setMany()`. */
export interface KeyvEntry {
  readonly key: string
  readonly value: unknown
  /** Milliseconds from now. */
  readonly ttl?: number | undefined
}

/**
 * A store of Keyv 5 and 6 on a `DuckDBStorageAdapter`, which is in memory and saved to DuckDB by itself.
 *
 * Namespaces may share it, one Keyv for each: they are told apart by what Keyv puts before their keys. Where a Keyv 5 is to
 * be cleared, each namespace needs a `KeyvDuckDB` of its own, on the same store.
 *
 * @example
 * ```ts
 * const store = new DuckDBStorageAdapter({ database: 'cache.duckdb' })
 * const keyv = new Keyv({ store: new KeyvDuckDB(store), namespace: 'users' })
 * await keyv.set('ada', { admin: true }, 60_000)
 * await keyv.disconnect()
 * ```
 */
export class KeyvDuckDB {
  /** Keyv 5 iterates over stores of certain dialects only, of which this is one. */
  readonly opts: { readonly dialect: string } & Record<string, unknown> = { dialect: 'sqlite' }
  /** Set by Keyv 5. It is no property before: Keyv 6 would leave it to this class to tell namespaces apart. */
  declare namespace?: string | undefined
  readonly #store: DuckDBStorageAdapter

  /** @param store - Closed by `disconnect()`. */
  constructor(store: DuckDBStorageAdapter) {
    this.#store = store
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    // Keyv's word for what it has set.
    return (await this.#store.get(key)) as Value | undefined
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = await this.#store.getMany(keys)
    return keys.map((key) => found.get(key) as Value | undefined)
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#store.set(key, value, { expiresInMs: toExpiry(ttl) })
    return true
  }

  /** All of them at once. */
  async setMany(entries: readonly KeyvEntry[]): Promise<boolean[]> {
    await this.#store.batch(
      entries.map(({ key, value, ttl }) => ({ type: 'set', key, value, expiresInMs: toExpiry(ttl) })),
    )
    return entries.map(() => true)
  }

  async has(key: string): Promise<boolean> {
    return this.#store.has(key)
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return this.#store.hasMany(keys)
  }

  async delete(key: string): Promise<boolean> {
    return this.#store.delete(key)
  }

  /** All entries, or, where Keyv 5 has set a namespace, those in it. */
  async clear(): Promise<void> {
    await this.#store.clear(toRange(this.namespace))
  }

  async *iterator<Value>(namespace?: string): AsyncGenerator<[key: string, value: Value], void> {
    for await (const [key, value] of this.#store.entries(toRange(namespace))) yield [key, value as Value]
  }

  async disconnect(): Promise<void> {
    await this.#store.close()
  }

  /** Of the events of the store, Keyv listens to `error`. */
  on(event: 'error', listener: (error: unknown) => void): this {
    this.#store.on(event, listener)
    return this
  }
}

/** Keyv 5 writes `namespace:key`, and Keyv 6 `namespace::key`. */
function toRange(namespace: string | undefined): { prefix: string } | undefined {
  return namespace === undefined ? undefined : { prefix: `${namespace}:` }
}

function toExpiry(ttl: number | undefined): number | undefined {
  return ttl === undefined ? undefined : Math.max(ttl, 0)
}
