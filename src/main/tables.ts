import { tableIn } from '../protocol/sql.js'
import { quoteName } from '../protocol/visible-text.js'
import { describeValue } from './contract/describe-value.js'
import {
  type PersistOptions,
  type ResolvedPersistOptions,
  resolvePersistOptions,
  type StreamPart,
} from './contract/persist-options.js'
import { PersistenceError } from './contract/persistence-error.js'
import type { Receipt } from './contract/receipt.js'
import type { Draft, PersistTrace } from './contract/traces.js'
import type { WriteStream } from './contract/write-stream.js'
import { resolveWriteStreamOptions, type WriteStreamOptions } from './contract/write-stream-options.js'
import { channels } from './diagnostics/channels.js'
import { tracePersist } from './diagnostics/trace-persist.js'
import type { Cancellation } from './scheduling/cancellation.js'
import type { Dependents } from './scheduling/dependents.js'
import type { Operations } from './scheduling/operations.js'
import { BoundTable } from './schema/bound-table.js'
import { checkSchema } from './schema/compare-schema.js'
import {
  checkName,
  type KeyOptions,
  resolveTableOptions,
  type TableOptions,
} from './schema/table-definition.js'
import { resolveTableKey } from './schema/table-key.js'
import { Table } from './table.js'
import { ArraySource, isShort } from './write/array-source.js'
import { createWriteStream } from './write/create-write-stream.js'
import { encodeAtExit } from './write/encode-at-exit.js'
import type { GroupCommit } from './write/group-commit.js'
import { PersistCall, type WriteContext } from './write/persist-call.js'
import { createRowSource, type RowSource } from './write/row-source.js'
import type { RowsAtExit, StreamRows, StreamTarget } from './write/stream-target.js'
import { WrittenTotals } from './write/written-totals.js'

/** The tables of a service, and what was written to them. */
export class Tables {
  readonly #context: WriteContext
  readonly #groups: GroupCommit
  readonly #operations: Operations
  readonly #dependents: Dependents
  readonly #bound = new WeakMap<Table<never>, BoundTable>()
  /** What calls of `persist()` have committed. */
  readonly committed: WrittenTotals = new WrittenTotals()
  #persisting = 0

  /** @param dependents - What the service saves before it closes. */
  constructor(context: WriteContext, groups: GroupCommit, operations: Operations, dependents: Dependents) {
    this.#context = context
    this.#groups = groups
    this.#operations = operations
    this.#dependents = dependents
  }

  /** Calls of `persist()` that have not settled. */
  get persisting(): number {
    return this.#persisting
  }

  /**
   * Like `table()` of the service.
   *
   * @param savesLast - Whether it, and what is persisted to the table, is let in while the service is closing.
   */
  async open(name: string, options: TableOptions | KeyOptions, savesLast: boolean): Promise<Table<never>> {
    checkName('the name of a table', name)
    const resolved = resolveTableOptions(options)
    const { definition, key: wanted } = resolved
    const { supervisor, scheduler, pool } = this.#context
    const place = supervisor.tables
    const { catalog = place.catalog, schema = place.schema } = resolved
    const ref = tableIn({ catalog, schema }, name)
    const request = { table: ref, key: wanted, ...(definition === undefined ? {} : { definition }) }
    const describe = () => supervisor.use((client) => client.request('describe', request))
    const description = await this.#operations.run(
      (cancellation) => scheduler.afterChanges(cancellation, 'table()', describe),
      savesLast,
    )
    if (definition !== undefined) checkSchema(name, definition, resolved, description)
    const key = resolveTableKey(name, wanted, description)
    const bound = new BoundTable(ref, description, key, pool, definition?.primaryKey ?? [])
    const table = new Table<never>(ref, description.columns, key.columns, {
      persist: (rows, persistOptions) => this.#persist(bound, rows, persistOptions, savesLast),
      createWriteStream: (streamOptions) => this.#createWriteStream(bound, streamOptions),
    })
    this.#bound.set(table, bound)
    return table
  }

  /** @throws TypeError for what is no table of this service. */
  boundOf(table: Table<never>): BoundTable {
    const bound = this.#bound.get(table)
    if (bound !== undefined) return bound
    throw new TypeError(`Expected \`table\` to be a Table of this service, got ${describeValue(table)}`)
  }

  /** Has rows written to a table when the process exits; see `ServiceInternals`. */
  writeAtExit(table: Table<never>, takeRows: (() => readonly unknown[]) | undefined): void {
    const { finalWrites } = this.#context.supervisor
    const bound = this.boundOf(table)
    if (takeRows === undefined) finalWrites.delete(bound)
    else finalWrites.set(bound, () => [encodeAtExit(bound, takeRows())])
  }

  #createWriteStream(table: BoundTable, options: WriteStreamOptions): WriteStream<never> {
    const resolved = resolveWriteStreamOptions(options)
    // Its commits are nobody's code: who is to wait for them is known only here.
    this.#context.scheduler.queue.check('a write stream', table.scopeOf(true))
    const { onConflict = 'error', parse = false } = resolved.persist
    table.checkConflict(onConflict)
    const operations = this.#operations
    const { finalWrites } = this.#context.supervisor
    const name = quoteName(table.ref.name)
    const encode = ({ rows, firstIndex, written }: RowsAtExit) => {
      const describe = (position: number) => `row ${firstIndex + position} of the write stream to ${name}`
      const write = encodeAtExit(table, rows, { onConflict, parse, describe })
      return written === undefined ? write : { ...write, written }
    }
    const target: StreamTarget = {
      name: table.ref.name,
      get isOpen() {
        return operations.status === 'open'
      },
      dependents: this.#dependents,
      persist: (rows, persistOptions, part) =>
        this.#persist(table, rows, persistOptions, part.savesLast, part),
      writeAtExit(stream, take) {
        if (take === undefined) finalWrites.delete(stream)
        else finalWrites.set(stream, () => take().map(encode))
      },
    }
    return createWriteStream(target, resolved)
  }

  #persist(
    table: BoundTable,
    rows: StreamRows,
    options: PersistOptions,
    savesLast: boolean,
    part?: StreamPart,
  ): Promise<Receipt> {
    if (!channels.persist.hasSubscribers) return this.#submit(table, rows, options, savesLast, part)
    const { schema, name } = table.ref
    const context: Draft<PersistTrace> = { database: this.#context.database, table: { schema, name } }
    return tracePersist(context, () => this.#submit(table, rows, options, savesLast, part, context))
  }

  async #submit(
    table: BoundTable,
    rows: StreamRows,
    options: PersistOptions,
    savesLast: boolean,
    part?: StreamPart,
    trace?: Draft<PersistTrace>,
  ): Promise<Receipt> {
    const source = createRowSource(rows)
    this.#persisting++
    try {
      if (!savesLast) this.checkLoad()
      const given = resolvePersistOptions(options)
      const isPlain = part === undefined && trace === undefined
      const resolved = isPlain
        ? given
        : { ...given, ...(part === undefined ? {} : { part }), ...(trace === undefined ? {} : { trace }) }
      table.checkConflict(resolved.onConflict)
      const receipt = await this.#operations.run(
        (cancellation) => this.#write(table, source, resolved, cancellation),
        savesLast,
      )
      this.committed.addCall(receipt)
      return receipt
    } catch (error) {
      // Whatever it was, nobody will take its rows any more.
      source.release()
      throw error
    } finally {
      this.#persisting--
    }
  }

  /** Counts a call of `persist()` until it has settled. */
  track<Result>(call: Promise<Result>): Promise<Result> {
    this.#persisting++
    const end = () => {
      this.#persisting--
    }
    call.then(end, end)
    return call
  }

  /** @throws `PERSIST_OVERLOADED`. */
  checkLoad(): void {
    const { maxWaitingCalls, scheduler } = this.#context
    if (scheduler.waiting + this.#groups.waiting < maxWaitingCalls) return
    const message = `${maxWaitingCalls} calls wait already, as many as \`maxWaitingCalls\` lets in`
    throw new PersistenceError('PERSIST_OVERLOADED', message)
  }

  #write(
    table: BoundTable,
    source: RowSource,
    options: ResolvedPersistOptions,
    cancellation: Cancellation,
  ): Promise<Receipt> {
    const isAtHand = source instanceof ArraySource && isShort(source)
    if (isAtHand && options.onProgress === undefined) {
      return this.#groups.submit({ table, source, options, cancellation })
    }
    return new PersistCall(this.#context, table, source, options, cancellation).run()
  }
}
