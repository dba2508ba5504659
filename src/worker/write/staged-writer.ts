import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { CallOutcome, CallRange } from '../../protocol/write-requests.js'
import { fillDefaults, keepUncarried } from '../constraints/fill-staging.js'
import { findKeyed } from '../constraints/key-filter.js'
import { resolvePass } from '../constraints/resolve-pass.js'
import { RowOutcomes } from '../constraints/row-outcomes.js'
import { splitPasses } from '../constraints/split-passes.js'
import type { StagedPass } from '../constraints/staged-pass.js'
import type { ViolationQuery } from '../constraints/violation-query.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import type { ChunkSink } from '../ingest/chunk-sink.js'
import { type OmittedColumns, readOmitted } from '../ingest/omitted-columns.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { applyInOrder, nothingWritten, type TableWriter } from './table-writer.js'

/**
 * Keeps rows in a staging table until all are there, and then moves into their table those that it takes.
 *
 * DuckDB has no savepoints: a row that breaks a constraint ends the transaction, and with it the rows before. So what
 * is wrong with which row is asked first, of the staged rows, in SQL.
 */
export class StagedWriter implements TableWriter {
  readonly #connection: TransactionConnection
  #target: WriteTarget
  readonly #staging: StagingTable
  readonly #sink: ChunkSink
  #isFilled = false
  violations: ViolationQuery | undefined

  private constructor(
    connection: TransactionConnection,
    target: WriteTarget,
    staging: StagingTable,
    sink: ChunkSink,
  ) {
    this.#connection = connection
    this.#target = target
    this.#staging = staging
    this.#sink = sink
  }

  /** @param firstOrdinal - How many rows of the transaction come before the first that will be appended. */
  static async create(
    connection: TransactionConnection,
    target: WriteTarget,
    firstOrdinal = 0,
  ): Promise<StagedWriter> {
    const staging = new StagingTable(target.temporaries.ref('staging'), target.metadata)
    await connection.run(staging.createSql(target.source))
    const { ref, omittedWords } = staging
    const sink = await AppenderSink.open(connection, ref, target.columns, { firstOrdinal, omittedWords })
    return new StagedWriter(connection, target, staging, sink)
  }

  /**
   * Decides about rows that are in a staging table already.
   *
   * @param sink - What has put them there.
   * @param isFilled - Whether they have what a DEFAULT gives them.
   */
  static over(
    connection: TransactionConnection,
    target: WriteTarget,
    staging: StagingTable,
    sink: ChunkSink,
    isFilled: boolean,
  ): StagedWriter {
    const writer = new StagedWriter(connection, target, staging, sink)
    writer.#isFilled = isFilled
    return writer
  }

  /** What is known of the table now; its columns are the same. */
  set target(target: WriteTarget) {
    this.#target = target
  }

  get leavesNothing(): boolean {
    return false
  }

  async append(batch: EncodedBatch): Promise<void> {
    await this.#sink.append(batch)
  }

  /** Takes rows that carry every column. @param select - SQL of the columns, and then the ordinal. */
  async take(select: string): Promise<void> {
    const words = Array.from({ length: this.#staging.omittedWords }, () => ', 0')
    await this.#connection.run(
      `INSERT INTO ${this.#staging.table} SELECT *${words.join('')} FROM (${select})`,
    )
  }

  async apply(calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    await this.#sink.finish()
    const outcomes = new RowOutcomes(this.#connection, this.#target)
    await outcomes.create()
    this.violations = outcomes.violations(this.#staging)
    const parts = { connection: this.#connection, target: this.#target, outcomes }
    const omitted = await this.#readOmitted(this.#staging)
    const whole = { omitted, staging: this.#staging, isWhole: true }
    if (!this.#isFilled) await fillDefaults({ ...parts, ...whole })
    const [only] = calls
    if (calls.length === 1 && only !== undefined) {
      return [await this.#applyRows({ ...parts, ...whole }, only)]
    }
    return applyInOrder(calls, (call) => this.#applyRange(parts, call))
  }

  async discard(): Promise<void> {
    await this.#sink.discard()
  }

  async #applyRange(
    parts: Omit<StagedPass, 'omitted' | 'staging' | 'isWhole'>,
    call: CallRange,
  ): Promise<CallOutcome> {
    const range = new StagingTable(this.#target.temporaries.ref('call'), this.#target.metadata)
    const { table, ordinal } = this.#staging
    await this.#connection.run(
      `CREATE TEMP TABLE ${range.table} AS SELECT * FROM ${table}
       WHERE ${ordinal} BETWEEN ${call.firstRow} AND ${call.firstRow + call.rows - 1}`,
    )
    const omitted = await this.#readOmitted(range)
    const outcome = await this.#applyRows({ ...parts, omitted, staging: range, isWhole: false }, call)
    await this.#connection.run(`DROP TABLE ${range.table}`)
    return outcome
  }

  /** @param rows - All rows of a call; they are decided about in one pass or in several. */
  async #applyRows(rows: StagedPass, { isAllOrNothing }: CallRange): Promise<CallOutcome> {
    let total = nothingWritten
    for await (const { staging, isOnly } of splitPasses(rows)) {
      const part = { ...rows, staging, isWhole: rows.isWhole && isOnly }
      const pass = { ...part, ...(await findKeyed(part)) }
      await keepUncarried(pass)
      // A pass after this one must find the table as this one leaves it, if only to find what is wrong.
      const { inserted, updated, ignored, rejected } = await resolvePass(pass, isAllOrNothing && isOnly)
      if (rejected > 0 && staging !== this.#staging) await this.#takeBack(staging)
      total = {
        inserted: total.inserted + inserted,
        updated: total.updated + updated,
        ignored: total.ignored + ignored,
        rejected: total.rejected + rejected,
      }
    }
    return total
  }

  /** Has the rows of a pass as they would have been written, for the report of those that are rejected. */
  async #takeBack({ table, ordinal }: StagingTable): Promise<void> {
    const { table: staging } = this.#staging
    await this.#connection.run(`DELETE FROM ${staging} WHERE ${ordinal} IN (SELECT ${ordinal} FROM ${table})`)
    await this.#connection.run(`INSERT INTO ${staging} SELECT * FROM ${table}`)
  }

  #readOmitted(staging: StagingTable): Promise<OmittedColumns> {
    return readOmitted(this.#connection, staging, this.#target.columns.length)
  }
}
