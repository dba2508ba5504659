import { foldName, qualify } from '../../protocol/sql.js'
import { quoteName } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import type { PersistOptions } from '../contract/persist-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Rejection } from '../contract/rejection.js'
import { findFile, resolveTarget } from '../database/local-file.js'
import { open } from '../open.js'
import type { PersistenceService } from '../persistence-service.js'
import { internalsOf, type ServiceInternals } from '../service-internals.js'
import type { Table } from '../table.js'
import type { ChangeSet } from './change-set.js'
import { LoadedEntries } from './loaded-entries.js'
import { LogFormat } from './log-format.js'
import { effectOf, entryValueOf, type LogRow, type SaveCounts, toLogRows } from './log-rows.js'
import type { ResolvedStorageOptions } from './storage-options.js'
import type { StorageReceipt } from './storage-receipt.js'
import { parquetSql } from './storage-sql.js'
import { type StorageState, StorageTables } from './storage-tables.js'
import { fromStoredText } from './stored-text.js'

/** The log is compacted when it has this many rows: the base is then read once, and 20,000 rows of it are replaced. */
const compactRows = 20_000

/** So many are saved together with what else is persisted at the same time. */
const fewChanges = 4096

/** What `persist()` and `query()` say of a table that is not there. */
const missingTable: ReadonlySet<string> = new Set(['PERSIST_TABLE_NOT_FOUND', 'PERSIST_QUERY_FAILED'])

/** The stores of each service: two on one table would not know of each other's changes. */
const stores = new WeakMap<PersistenceService, Set<string>>()

/** Another process could have a store on the same tables, and neither would know of the other's changes. */
function onlyLocal(): PersistenceError {
  const message =
    'A store is kept in a database of DuckDB itself: another process could change it in this catalog'
  return new PersistenceError('PERSIST_OPEN_FAILED', message)
}

/** What a store has in its database. */
export class StorageDatabase<T> {
  readonly service: PersistenceService
  readonly #internals: ServiceInternals
  readonly #options: ResolvedStorageOptions
  readonly #tables: StorageTables
  readonly #log: Table<LogRow>
  readonly #format: LogFormat
  #sequence: number
  #logRows: number
  #mustPrepare = false

  private constructor(
    service: PersistenceService,
    options: ResolvedStorageOptions,
    tables: StorageTables,
    log: Table<LogRow>,
    state: StorageState,
  ) {
    this.service = service
    this.#internals = internalsOf(service)
    this.#options = options
    this.#tables = tables
    this.#log = log
    this.#format = new LogFormat(log.columns)
    this.#logRows = state.logRows
    this.#sequence = Math.ceil(state.sequence / 2)
  }

  static async open<T>(options: ResolvedStorageOptions): Promise<StorageDatabase<T>> {
    const { database, tableName } = options
    const isOwn = typeof database === 'string'
    const service = isOwn ? await open(database) : database
    if (service.stats().status !== 'open') {
      throw new PersistenceError('PERSIST_CLOSED', `The service is ${service.stats().status}`)
    }
    if (internalsOf(service).isRemote) {
      if (isOwn) await service.close()
      throw onlyLocal()
    }
    const name = foldName(tableName)
    const claimed = stores.get(service) ?? new Set()
    stores.set(service, claimed)
    if (claimed.has(name)) {
      const message = `The service has a store on ${quoteName(tableName)} already: share the one adapter, or close it first`
      throw new PersistenceError('PERSIST_ALREADY_OPEN', message)
    }
    claimed.add(name)
    try {
      const internals = internalsOf(service)
      const tables = new StorageTables(internals, tableName)
      const state = await tables.prepare(options.timestamps)
      // The columns have just been made.
      const log = (await internals.table(tables.log)) as Table<LogRow>
      return new StorageDatabase<T>(service, options, tables, log, state)
    } catch (error) {
      claimed.delete(name)
      if (isOwn) await service.close()
      throw error
    }
  }

  get isReadOnly(): boolean {
    const { config } = this.#internals
    return Object.keys(config).some(
      (name) => /^access_mode$/i.test(name) && /^read_only$/i.test(`${config[name]}`),
    )
  }

  /** Saves changes in one transaction. Those whose values have no JSON are added to `rest`, where they are skipped. */
  async save(changes: ChangeSet<T>, rest: ChangeSet<T>): Promise<StorageReceipt> {
    const counts: SaveCounts = { inserted: 0, updated: 0, deleted: 0 }
    const keep = (rejection: Rejection): 'skip' | 'abort' => {
      if (this.#options.onRowError === 'abort') return 'abort'
      const { key } = rejection.row as LogRow
      const change = key === null ? undefined : changes.keys.get(key)
      if (key !== null && change?.type === 'set' && !rest.keys.has(key)) {
        rest.set(key, change.value, change.isNew, change.isCreated)
        counts[effectOf(change)]--
      }
      return 'skip'
    }
    if (this.#mustPrepare) await this.#tables.prepare(this.#options.timestamps)
    this.#mustPrepare = false
    const logRows = toLogRows(changes, ++this.#sequence, this.#format, counts)
    // A short array shares its commit with other calls of the service.
    const rows = changes.size <= fewChanges ? [...logRows] : logRows
    const options: PersistOptions = { onRowError: keep }
    const {
      inserted: _,
      ignored,
      ...receipt
    } = await this.#log.persist(rows, options).catch((error) => {
      throw withKey(error)
    })
    this.#logRows += receipt.rows - receipt.rejected
    return Object.freeze({ ...receipt, ...counts, rejections: receipt.rejections.map(namedByKey) })
  }

  /** Whether `error` says that an in-memory database is gone; the next save begins with an empty one. */
  recordsLoss(error: unknown): boolean {
    if (!(error instanceof PersistenceError) || this.service.database !== ':memory:') return false
    // Where another call has reported the loss, the tables are what is missing.
    if (!error.isDataLost && !missingTable.has(error.code)) return false
    this.#mustPrepare = true
    this.#logRows = 0
    return true
  }

  /** Whether `isGone` is to be asked: only what is in memory can be lost. */
  get mayBeGone(): boolean {
    return this.service.database === ':memory:' && !this.#mustPrepare
  }

  /** Whether an in-memory database was lost and nobody has noticed yet. */
  async isGone(): Promise<boolean> {
    if (!this.mayBeGone) return false
    try {
      await this.#internals.query(
        `SELECT 1 FROM ${qualify(this.#internals.tableRef(this.#tables.log))} LIMIT 0`,
      )
      return false
    } catch (error) {
      if (this.recordsLoss(error)) return true
      throw error
    }
  }

  get needsCompaction(): boolean {
    return this.#logRows >= compactRows
  }

  async compact(): Promise<void> {
    await this.#tables.compact()
    this.#logRows = 0
  }

  /** Reads all entries, batch by batch. */
  readAll(): Promise<LoadedEntries<T>> {
    return this.#read(this.#tables.entriesSql)
  }

  async readParquet(file: string): Promise<LoadedEntries<T>> {
    return this.#read(parquetSql(await findFile(file)))
  }

  async #read(sql: string): Promise<LoadedEntries<T>> {
    const loaded = new LoadedEntries<T>()
    await this.#internals.readRows(sql, ({ key, value, isValid, isDoubtful }) => {
      const text = typeof value === 'string' ? value : 'null'
      const isJson = isValid === true && (isDoubtful !== true || canParse(text))
      const stored = isJson ? fromStoredText<T>(text) : undefined
      if (typeof key === 'string' && stored !== undefined) loaded.add(key, stored)
      else loaded.addUnreadable(typeof key === 'string' ? key : '(NULL)')
    })
    return loaded
  }

  async exportParquet(file: string): Promise<number> {
    return this.#tables.exportParquet(await resolveTarget(file))
  }

  /** What is to be written when the process exits, by a worker that can be asked nothing any more. */
  set finalChanges(take: () => readonly ChangeSet<T>[]) {
    this.#internals.writeAtExit(this.#log, () =>
      take().flatMap((changes) => [...toLogRows(changes, ++this.#sequence, this.#format)]),
    )
  }

  /** Gives the table free for another store, and closes the database if it is the store's own. */
  async close(): Promise<void> {
    this.#internals.writeAtExit(this.#log, undefined)
    stores.get(this.service)?.delete(foldName(this.#options.tableName))
    if (typeof this.#options.database === 'string') await this.service.close()
  }
}

function canParse(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function withKey(error: unknown): unknown {
  if (!(error instanceof PersistenceError) || error.rejection === undefined) return error
  const rejection = namedByKey(error.rejection)
  return new PersistenceError(error.code, `${describeValue(rejection.key?.key)}: ${error.message}`, {
    cause: error.cause,
    rejection,
  })
}

/** The row of a rejection is one of the log; its user knows the entry, by its key. */
function namedByKey(rejection: Rejection): Rejection {
  const row = rejection.row as LogRow
  const { key } = row
  return { ...rejection, row: { key, value: entryValueOf(row) }, key: { key } }
}
