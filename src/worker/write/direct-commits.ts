import { vectorRows } from '../../protocol/batch-layout.js'
import { qualify } from '../../protocol/sql.js'
import type { GroupWriter } from '../../protocol/write-requests.js'
import type { CatalogReader } from '../catalog/catalog-reader.js'
import type { TableMetadata } from '../catalog/table-metadata.js'
import type { Database } from '../database.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import { TransactionConnection } from '../transaction-connection.js'
import { checkTable } from './check-table.js'

/** What is written at once, while nothing else has a turn in this thread. */
const mostRows = vectorRows
const mostItems = 8 * vectorRows
const mostHeapBytes = 256 * 1024

/** A commit that takes longer, in milliseconds, is the disk's: to hold this thread meanwhile gains nothing. */
const defaultLongMs = 10
/** After one, for so many times as long, commits are left to the pool: this thread is held for a tenth of the time at most. */
const caution = 10

/** For so many tables appenders are kept. */
const mostTables = 16

interface KeptAppender {
  /** As the table was when it was made. */
  readonly metadata: TableMetadata
  readonly sink: AppenderSink
}

/**
 * Commits a few rows by a flush of an appender that is kept, which outside of a transaction is one of its own. A
 * transaction's steps are calls on the libuv pool, from each of which it takes a tenth of a millisecond to come back:
 * together as long as the commit itself.
 */
export class DirectCommits {
  readonly #database: Database
  readonly #catalog: CatalogReader
  readonly #isAlone: () => boolean
  readonly #longMs: number
  /** By the names of their tables, the one that was used last at the end. */
  readonly #appenders = new Map<string, KeptAppender>()
  #connection: TransactionConnection | undefined
  #cautiousUntil = 0

  /** @param isAlone - Whether nothing else is under way that may write, or be read. */
  constructor(
    database: Database,
    catalog: CatalogReader,
    isAlone: () => boolean,
    longMs: number = defaultLongMs,
  ) {
    this.#database = database
    this.#catalog = catalog
    this.#isAlone = isAlone
    this.#longMs = longMs
  }

  /**
   * Commits what a group writes; all or nothing.
   *
   * @returns how long it took, in milliseconds; undefined where nothing is written, for it needs a transaction.
   */
  async commit(writers: readonly GroupWriter[]): Promise<number | undefined> {
    const [writer] = writers
    const [batch] = writer?.batches ?? []
    if (writer === undefined || batch === undefined || writers.length > 1 || !isSmall(writer))
      return undefined
    if (!this.#isFree()) return undefined
    this.#database.file?.checkSame()
    const sink = await this.#sinkOf(writer)
    // Something else may have begun meanwhile.
    if (sink === undefined || !this.#isFree()) return undefined
    this.#database.shutdown.checkStop()
    const startedAt = performance.now()
    try {
      sink.append(batch)
      sink.flush()
    } catch (error) {
      this.#discard(qualify(writer.table))
      throw await this.#database.recordFailure(error)
    }
    const now = performance.now()
    const tookMs = now - startedAt
    if (tookMs > this.#longMs) this.#cautiousUntil = now + caution * tookMs
    return tookMs
  }

  /** Before the database is closed: an appender would keep it open. */
  close(): void {
    for (const name of [...this.#appenders.keys()]) this.#discard(name)
    this.#connection?.disconnect()
    this.#connection = undefined
  }

  /** Whether a commit waits for no other call into DuckDB, for nothing else would have its turn in this thread meanwhile. */
  #isFree(): boolean {
    const { isIdle, mayCheckpoint } = this.#database
    return isIdle && !mayCheckpoint && this.#isAlone() && performance.now() >= this.#cautiousUntil
  }

  /** @returns undefined where rows cannot simply be appended to the table. */
  async #sinkOf(writer: GroupWriter): Promise<AppenderSink | undefined> {
    this.#connection ??= await TransactionConnection.open(this.#database)
    const connection = this.#connection
    const metadata = await this.#catalog.metadataOf(connection.duckdbConnection, writer.table)
    checkTable(writer, metadata)
    if (metadata.isConstrained || !metadata.capabilities.canAppend) return undefined
    const name = qualify(writer.table)
    const kept = this.#appenders.get(name)
    if (kept?.metadata === metadata) {
      this.#appenders.delete(name)
      this.#appenders.set(name, kept)
      return kept.sink
    }
    this.#discard(name)
    const sink = await AppenderSink.open(connection, writer.table, metadata.columns)
    this.#appenders.set(name, { metadata, sink })
    const [oldest] = this.#appenders.keys()
    if (this.#appenders.size > mostTables && oldest !== undefined) this.#discard(oldest)
    return sink
  }

  #discard(name: string): void {
    const kept = this.#appenders.get(name)
    this.#appenders.delete(name)
    try {
      kept?.sink.discard()
    } catch {
      // What has failed says so again, and holds nothing any more.
    }
  }
}

/** Whether DuckDB's appender keeps all of it until it is flushed, and has all values that are written. */
function isSmall({ isChecked, calls, batches }: GroupWriter): boolean {
  const [batch] = batches
  if (isChecked || calls !== undefined || batch === undefined || batches.length > 1) return false
  const { rows, heapBytes, items = [], omitted } = batch
  const itemRows = items.reduce((sum, item) => sum + item.rows, 0)
  return rows <= mostRows && itemRows <= mostItems && heapBytes <= mostHeapBytes && omitted === undefined
}
