import { type AbstractDatabaseOptions, AbstractLevel } from 'abstract-level'
import type { PersistenceService } from '../main/persistence-service.js'
import { DuckDBStorageAdapter } from '../main/store/storage-adapter.js'
import type { StorageAdapterOptions } from '../main/store/storage-options.js'
import type { StoreReader } from '../main/store/store-reader.js'
import type { StoreSnapshot } from '../main/store/store-snapshot.js'
import { fromStoreValue, type LevelData, toStoreKey, toStoreValue } from './level-format.js'
import { type IteratorOptions, LevelIterator } from './level-iterator.js'
import { type LevelRange, toKeyRange } from './level-range.js'
import { LevelSnapshot } from './level-snapshot.js'

/** Options of abstract-level, and those of a `DuckDBStorageAdapter`. */
export interface DuckDBLevelOptions<K, V>
  extends AbstractDatabaseOptions<K, V>,
    Omit<StorageAdapterOptions, 'database'> {}

interface ReadOptions {
  readonly valueEncoding?: unknown
  readonly snapshot?: LevelSnapshot | undefined
}

interface Operation {
  readonly type: 'put' | 'del'
  readonly key: LevelData
  readonly value?: LevelData
}

/**
 * A database of abstract-level in memory, which is saved to a table of DuckDB by itself. Keys are in the order of their
 * bytes. What is put is durable once it is saved: at once with `durability: 'each'`.
 *
 * @typeParam K - Keys, as of the default encoding.
 * @typeParam V - Values, as of the default encoding.
 *
 * @example
 * ```ts
 * const db = new DuckDBLevel<string, User>('app.duckdb', { valueEncoding: 'json' })
 * await db.put('user:ada', { admin: true })
 * for await (const [key, user] of db.iterator({ gte: 'user:', lt: 'user;' })) console.log(key, user)
 * await db.close()
 * ```
 */
export class DuckDBLevel<K = string, V = string> extends AbstractLevel<LevelData, K, V> {
  readonly #options: StorageAdapterOptions
  #opened: DuckDBStorageAdapter | undefined

  /**
   * @param location - A path, `':memory:'`, or a service, which is left open.
   * @throws TypeError or RangeError, when it is opened, for an option of the wrong type or size.
   */
  constructor(location: string | PersistenceService, options: DuckDBLevelOptions<K, V> = {}) {
    const { tableName, timestamps, autoPersist, durability, onRowError, ...forward } = options
    const manifest = {
      encodings: { utf8: true, buffer: true, view: true },
      explicitSnapshots: true,
      has: true,
      getSync: true,
      permanence: location !== ':memory:',
      createIfMissing: false,
      errorIfExists: false,
    }
    super(manifest, forward)
    this.#options = { database: location, tableName, timestamps, autoPersist, durability, onRowError }
  }

  /** The store that it is on, for what abstract-level has no name for, such as `persist()` and `query()`. */
  get store(): DuckDBStorageAdapter {
    if (this.#opened === undefined) throw new TypeError('The database is not open: await open()')
    return this.#opened
  }

  /** @internal */
  async _open(): Promise<void> {
    const store = new DuckDBStorageAdapter(this.#options)
    await store.load()
    // So that iterators need not make an index of their own.
    for await (const _ of store.keys({ limit: 1 }));
    this.#opened = store
  }

  /** @internal */
  async _close(): Promise<void> {
    await this.store.close()
    this.#opened = undefined
  }

  /** @internal */
  async _get(key: LevelData, options: ReadOptions): Promise<LevelData | undefined> {
    return this._getSync(key, options)
  }

  /** @internal */
  _getSync(key: LevelData, options: ReadOptions): LevelData | undefined {
    const value = this.#read(options).peek(toStoreKey(key))
    return value === undefined ? undefined : fromStoreValue(value, options.valueEncoding)
  }

  /** @internal */
  async _getMany(keys: readonly LevelData[], options: ReadOptions): Promise<(LevelData | undefined)[]> {
    return keys.map((key) => this._getSync(key, options))
  }

  /** @internal */
  async _has(key: LevelData, options: ReadOptions): Promise<boolean> {
    return this.#read(options).has(toStoreKey(key))
  }

  /** @internal */
  async _hasMany(keys: readonly LevelData[], options: ReadOptions): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this._has(key, options)))
  }

  /** @internal */
  async _put(key: LevelData, value: LevelData): Promise<void> {
    await this.store.set(toStoreKey(key), toStoreValue(value))
  }

  /** @internal */
  async _del(key: LevelData): Promise<void> {
    await this.store.delete(toStoreKey(key))
  }

  /** @internal */
  async _batch(operations: readonly Operation[]): Promise<void> {
    await this.store.batch(
      operations.map(({ type, key, value = '' }) => {
        if (type === 'del') return { type: 'delete', key: toStoreKey(key) } as const
        return { type: 'set', key: toStoreKey(key), value: toStoreValue(value) } as const
      }),
    )
  }

  /** @internal */
  async _clear(options: LevelRange & ReadOptions): Promise<void> {
    const range = toKeyRange(options)
    if (options.snapshot === undefined) return this.store.clear(range)
    const keys: string[] = []
    for await (const key of options.snapshot.snapshot.keys(range)) keys.push(key)
    await this.store.deleteMany(keys)
  }

  /** @internal */
  _iterator(options: IteratorOptions & ReadOptions): LevelIterator<K, V> {
    const { snapshot } = options
    return new LevelIterator(
      this,
      options,
      snapshot?.snapshot ?? this.store.snapshot(),
      snapshot === undefined,
    )
  }

  /** @internal */
  _snapshot(options: object): LevelSnapshot {
    return new LevelSnapshot(this.store.snapshot(), options)
  }

  #read({ snapshot }: ReadOptions): StoreReader<unknown> | StoreSnapshot {
    return snapshot?.snapshot ?? this.store
  }
}
