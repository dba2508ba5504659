import { DuckDBStorageAdapter, open, type PersistenceService, type StorageAdapterOptions } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { readDatabase } from './read-database.js'
import { type Entries, toEntries } from './store-entries.js'
import { newDatabase } from './temporary-folder.js'

type Options = Partial<StorageAdapterOptions>

const selectFrom = (table: string) => `SELECT key, value::VARCHAR AS value FROM "${table}"`

/**
 * The stores of a test file. A thread takes long to start, so that they share one service, each in a table of its own,
 * unless their `database` is another. They save nothing by themselves, and are closed after their test.
 */
export class TestStores {
  readonly path: string
  readonly #stores: DuckDBStorageAdapter[] = []
  readonly #options = new Map<DuckDBStorageAdapter, StorageAdapterOptions>()
  readonly #expected = new Map<string, Entries>()
  #service: PersistenceService | undefined
  #tables = 0

  constructor(folder: string) {
    this.path = newDatabase(folder)
    beforeAll(async () => {
      this.#service = await open(this.path)
    })
    afterEach(async () => {
      await Promise.allSettled(this.#stores.splice(0).map((store) => store.close({ discardChanges: true })))
    })
    afterAll(async () => {
      await this.service.close()
      await this.#expectAll()
    })
  }

  get service(): PersistenceService {
    if (this.#service === undefined) throw new Error('The tests have not begun')
    return this.#service
  }

  /** A table name that no store has. */
  newTable(): string {
    return `store_${++this.#tables}`
  }

  create(options: Options = {}): DuckDBStorageAdapter {
    const { database = this.service } = options
    const ownTable = database === this.service ? { tableName: this.newTable() } : {}
    const all = { autoPersist: false, ...ownTable, ...options, database } as const
    const store = new DuckDBStorageAdapter(all)
    this.#stores.push(store)
    this.#options.set(store, all)
    return store
  }

  /** Another store on the table of one, which must be closed before this one is used. */
  again(store: DuckDBStorageAdapter, options: Options = {}): DuckDBStorageAdapter {
    return this.create({ ...this.#options.get(store), ...options })
  }

  tableOf(store: DuckDBStorageAdapter): string {
    return this.#options.get(store)?.tableName ?? 'storage'
  }

  /** What is saved, as SQL sees it now. */
  async querySaved(store: DuckDBStorageAdapter): Promise<Entries> {
    return toEntries(await store.query(selectFrom(this.tableOf(store))))
  }

  /**
   * Expects that these entries are in the table of a store that is closed. Of the shared service, SQL finds them now,
   * and another client after the last test.
   */
  async expectStored(store: DuckDBStorageAdapter, entries: Entries): Promise<void> {
    const table = this.tableOf(store)
    const database = this.#options.get(store)?.database
    if (typeof database === 'string') {
      expect(toEntries(await readDatabase(database, selectFrom(table)))).toEqual(entries)
    } else {
      expect(toEntries(await this.service.query(selectFrom(table)))).toEqual(entries)
      this.#expected.set(table, entries)
    }
  }

  async #expectAll(): Promise<void> {
    const tables = [...this.#expected.keys()]
    if (tables.length === 0) return
    const selects = tables.map(
      (table) => `SELECT '${table}' AS "table", key, value::VARCHAR AS value FROM "${table}"`,
    )
    const rows = await readDatabase(this.path, selects.join(' UNION ALL '))
    for (const [table, entries] of this.#expected) {
      expect(toEntries(rows.filter((row) => row.table === table)), table).toEqual(entries)
    }
  }
}
