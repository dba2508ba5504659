import type { Failure } from '../protocol/failure.js'
import type { InstanceNews } from '../protocol/instance-news.js'
import type { OpenRequest, ReplyOf, RequestName, RequestOf } from '../protocol/requests.js'
import { noBatch } from '../protocol/result-batch.js'
import { type SchemaRef, tableIn } from '../protocol/sql.js'
import { quoteName } from '../protocol/visible-text.js'
import { CatalogReader } from './catalog/catalog-reader.js'
import { collectGarbage } from './collect-garbage.js'
import { Database } from './database.js'
import { isHeldUpCheckpoint, toFailure, WorkerFailure } from './failure.js'
import { Health } from './health.js'
import { Cursor } from './read/cursor.js'
import { type LastingEffects, lastingEffects } from './read/lasting-effects.js'
import { refuseOutsideEffects } from './read/outside-effects.js'
import type { Shutdown } from './shutdown.js'
import { SizeMeter } from './size-meter.js'
import { Transactions } from './write/transactions.js'

/** What the session does for each request, by its name. */
export type SessionHandlers = {
  readonly [Name in Exclude<RequestName, 'open'>]: (
    request: RequestOf<Name>,
  ) => ReplyOf<Name> | Promise<ReplyOf<Name>>
}

/** Everything that is open in this worker: the database, its transactions, and the results being read. */
export class Session implements SessionHandlers {
  readonly #database: Database
  readonly #catalog: CatalogReader
  readonly #transactions: Transactions
  readonly #cursors = new Map<number, Cursor>()
  readonly #health: Health
  readonly #sizes: SizeMeter
  #closed: Promise<void> | undefined

  private constructor(database: Database) {
    this.#database = database
    this.#catalog = new CatalogReader(database)
    this.#health = new Health(database)
    const isReading = () => this.#cursors.size > 0
    const committed = async () => {
      await database.checkpointIfDue()
      await this.#sizes.update()
    }
    this.#transactions = new Transactions(database, this.#catalog, { isReading, committed })
    const isAlone = () => this.#transactions.count === 0 && !isReading()
    this.#sizes = new SizeMeter(database, this.#health, isAlone)
  }

  static async open(request: Omit<OpenRequest, 'shutdown'>, shutdown: Shutdown): Promise<Session> {
    const session = new Session(await Database.open(request, shutdown))
    await session.#sizes.update()
    return session
  }

  get duckdbVersion(): string {
    return this.#database.duckdbVersion
  }

  /** Where the tables are. */
  get place(): SchemaRef {
    return this.#database.place
  }

  /** What main does not know yet of the instance. */
  takeNews(): InstanceNews {
    const sizes = this.#sizes.take()
    return { ...this.#database.takeNews(), ...(sizes === undefined ? {} : { sizes }) }
  }

  /** A server does not know the connection any more that it was reached by. */
  recordLostConnection(): void {
    this.#database.recordLostConnection()
  }

  async describe({ table, definition, key }: RequestOf<'describe'>): Promise<ReplyOf<'describe'>> {
    const connection = await this.#database.connect()
    const { remote, turns } = this.#database
    try {
      await remote?.refresh((sql) => this.#database.execute(connection, sql))
      return await turns.read(async () => {
        // A file open for reading only can still have its tables described by a definition that fits them.
        if (definition !== undefined && !(await this.#catalog.has(connection, table))) {
          await this.#catalog.create(connection, table, definition).catch((error) => {
            throw cannotBeCreated(table.name, error)
          })
        }
        return this.#catalog.describe(connection, table, key)
      })
    } finally {
      this.#database.disconnect(connection)
    }
  }

  async constrain({ table }: RequestOf<'constrain'>): Promise<ReplyOf<'constrain'>> {
    const connection = await this.#database.connect()
    try {
      const metadata = await this.#database.turns.read(() => this.#catalog.metadataOf(connection, table))
      const { isConstrained, foreignKeys, references } = metadata
      const names = [
        ...foreignKeys.map(({ referencedTable }) => referencedTable),
        ...references.map(({ referringTable }) => referringTable),
      ]
      // DuckDB has no FOREIGN KEY to another schema.
      return { isConstrained, linked: [...new Set(names)].map((name) => tableIn(table, name)) }
    } finally {
      this.#database.disconnect(connection)
    }
  }

  group(request: RequestOf<'group'>): Promise<ReplyOf<'group'>> {
    return this.#database.company.runShort(() => this.#transactions.group(request))
  }

  begin(request: RequestOf<'begin'>): Promise<ReplyOf<'begin'>> {
    return this.#transactions.begin(request)
  }

  addWriter(request: RequestOf<'addWriter'>): Promise<ReplyOf<'addWriter'>> {
    return this.#transactions.get(request.transaction).addWriter(request)
  }

  async write({ transaction, writer, batch }: RequestOf<'write'>): Promise<ReplyOf<'write'>> {
    await this.#transactions.get(transaction).write(writer, batch)
    return { buffer: batch.buffer }
  }

  apply({ transaction, writer, calls }: RequestOf<'apply'>): Promise<ReplyOf<'apply'>> {
    return this.#transactions.get(transaction).apply(writer, calls)
  }

  violations({ transaction, writer }: RequestOf<'violations'>): Promise<ReplyOf<'violations'>> {
    return this.#transactions.get(transaction).violations(writer)
  }

  commit(request: RequestOf<'commit'>): Promise<ReplyOf<'commit'>> {
    return this.#transactions.commit(request)
  }

  rollback(request: RequestOf<'rollback'>): Promise<void> {
    return this.#transactions.rollback(request)
  }

  async execute(request: RequestOf<'execute'>): Promise<ReplyOf<'execute'>> {
    const database = this.#database
    database.sandbox?.check(request.sql)
    if (request.transaction !== undefined) return this.#executeIn(request.transaction, request)
    database.company.record()
    if (!request.mayWrite) refuseOutsideEffects(request.sql)
    const effects = lastingEffects(request.sql)
    const cursor = new Cursor(database, () => this.#cursors.delete(request.cursor))
    this.#cursors.set(request.cursor, cursor)
    try {
      const reply = await cursor.execute(request)
      await this.#recordEffects(effects, reply.executed)
      await this.#sizes.update()
      return reply
    } catch (error) {
      const failure = await database.recordFailure(error)
      // Of several statements, those before the one that failed have had their effects.
      await this.#recordEffects(effects, request.mayWrite).catch(() => undefined)
      throw failure
    }
  }

  async fetch({ cursor }: RequestOf<'fetch'>): Promise<ReplyOf<'fetch'>> {
    return this.#cursors.get(cursor)?.fetch() ?? noBatch()
  }

  async cancel({ cursor }: RequestOf<'cancel'>): Promise<void> {
    await this.#cursors.get(cursor)?.cancel()
  }

  health(): Promise<ReplyOf<'health'>> {
    return this.#health.read()
  }

  async checkpoint(): Promise<ReplyOf<'checkpoint'>> {
    try {
      await this.#database.checkpoint()
      await this.#sizes.update()
      return { isDone: true, walBytes: this.#database.walBytes }
    } catch (error) {
      if (isHeldUpCheckpoint(error)) return { isDone: false, walBytes: this.#database.walBytes }
      throw error
    }
  }

  /**
   * Rolls back what is not committed, waits for what cannot be interrupted, writes what is to be written last, and
   * releases the file.
   */
  close(request: RequestOf<'close'>): Promise<void> {
    this.#closed ??= this.#close(request)
    return this.#closed
  }

  async #executeIn(transaction: number, request: RequestOf<'execute'>): Promise<ReplyOf<'execute'>> {
    const forget = () => this.#cursors.delete(request.cursor)
    const cursor = new Cursor(this.#database, forget)
    this.#cursors.set(request.cursor, cursor)
    try {
      return await this.#transactions.get(transaction).execute(cursor, request)
    } catch (error) {
      forget()
      throw error
    }
  }

  /** Sees to what SQL has left behind. */
  async #recordEffects(effects: LastingEffects, isExecuted: boolean): Promise<void> {
    if (effects.settings) await this.#database.recordSettings()
    if (effects.attaches && isExecuted) await this.#database.recordAttached()
    if (effects.alters && isExecuted) this.#database.recordAltered()
    await this.#database.checkpointIfDue()
  }

  async #close({ finalWrites, failure }: RequestOf<'close'>): Promise<void> {
    await this.#cancelCursors(failure)
    await this.#transactions.rollBackAll(failure)
    await this.#database.drain()
    await this.#transactions.writeLast(finalWrites)
    this.#transactions.close()
    await this.#database.close()
    // Another process may have to write, as soon as this one has left the file, what this one cannot.
    if (this.#database.shutdown.isStopping) await collectGarbage()
    this.#database.shutdown.park()
  }

  async #cancelCursors(failure: Failure | undefined): Promise<void> {
    await Promise.all([...this.#cursors.values()].map((cursor) => cursor.cancel(failure)))
  }
}

function cannotBeCreated(table: string, error: unknown): WorkerFailure {
  const message = `The table ${quoteName(table)} cannot be created`
  const failure = toFailure(error, 'PERSIST_QUERY_FAILED', message)
  if (failure.message.startsWith(message)) return new WorkerFailure(failure)
  return new WorkerFailure({ ...failure, message: `${message}: ${failure.message}` })
}
