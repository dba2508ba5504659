import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { CallOutcome } from '../../protocol/requests.js'
import { temporary } from '../../protocol/sql.js'
import { resolvePass } from '../constraints/resolve-pass.js'
import { RowOutcomes } from '../constraints/row-outcomes.js'
import { splitPasses } from '../constraints/split-passes.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import { fillDefaults, keepUncarried } from '../ingest/fill-staging.js'
import { type OmittedColumns, selectOmitted, toOmittedColumns } from '../ingest/omitted-columns.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { nothingWritten, type TableWriter, type ViolationQuery } from './table-writer.js'
import type { WriteTarget } from './write-target.js'

/**
 * Keeps rows in a staging table until all are there, and then moves into their table those that it takes.
 *
 * DuckDB has no savepoints: a row that breaks a constraint ends the transaction, and with it the rows before. So what
 * is wrong with which row is asked first, of the staged rows, in SQL.
 */
export class StagedWriter implements TableWriter {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #staging: StagingTable
  readonly #writer: AppenderSink
  violations: ViolationQuery | undefined

  private constructor(
    connection: TransactionConnection,
    target: WriteTarget,
    staging: StagingTable,
    writer: AppenderSink,
  ) {
    this.#connection = connection
    this.#target = target
    this.#staging = staging
    this.#writer = writer
  }

  /** @param firstOrdinal - How many rows of the transaction come before the first that will be appended. */
  static async create(
    connection: TransactionConnection,
    target: WriteTarget,
    firstOrdinal = 0,
  ): Promise<StagedWriter> {
    const staging = new StagingTable('duckpaddle_staging', target.shape)
    await connection.run(staging.createSql(target.table))
    const appender = await connection.createAppender(temporary, staging.name)
    const { omittedWords } = staging
    const writer = new AppenderSink(appender, target.columns, { firstOrdinal, omittedWords })
    return new StagedWriter(connection, target, staging, writer)
  }

  append(batch: EncodedBatch): void {
    this.#writer.append(batch)
  }

  /** Takes rows that carry every column. @param select - SQL of the columns, and then the ordinal. */
  async take(select: string): Promise<void> {
    const words = Array.from({ length: this.#staging.omittedWords }, () => ', 0')
    await this.#connection.run(
      `INSERT INTO ${this.#staging.table} SELECT *${words.join('')} FROM (${select})`,
    )
  }

  async apply(isAllOrNothing: boolean): Promise<CallOutcome> {
    this.#writer.finish()
    const omitted = await this.#readOmitted()
    const outcomes = new RowOutcomes(this.#connection, this.#target)
    await outcomes.create()
    this.violations = outcomes.violations(this.#staging)
    const parts = { connection: this.#connection, target: this.#target, omitted, outcomes }
    await fillDefaults({ ...parts, staging: this.#staging, isWhole: true })
    let total = nothingWritten
    const passes = splitPasses(this.#connection, this.#target, this.#staging, omitted)
    for await (const { staging, isWhole } of passes) {
      const pass = { ...parts, staging, isWhole }
      await keepUncarried(pass)
      // A pass after this one must find the table as this one leaves it, be it only to tell what is wrong.
      const { inserted, updated, ignored, rejected } = await resolvePass(pass, isAllOrNothing && isWhole)
      if (rejected > 0 && !isWhole) await this.#takeBack(staging)
      total = {
        inserted: total.inserted + inserted,
        updated: total.updated + updated,
        ignored: total.ignored + ignored,
        rejected: total.rejected + rejected,
      }
    }
    return total
  }

  discard(): void {
    this.#writer.discard()
  }

  /** Has the rows of a pass as they would have been written, for those that are rejected to be told of. */
  async #takeBack({ table, ordinal }: StagingTable): Promise<void> {
    const { table: staging } = this.#staging
    await this.#connection.run(`DELETE FROM ${staging} WHERE ${ordinal} IN (SELECT ${ordinal} FROM ${table})`)
    await this.#connection.run(`INSERT INTO ${staging} SELECT * FROM ${table}`)
  }

  async #readOmitted(): Promise<OmittedColumns> {
    const columns = this.#target.columns.length
    const sql = selectOmitted(this.#staging.table, columns, (word) => this.#staging.wordName(word))
    return toOmittedColumns(await this.#connection.readNumbers(sql), columns)
  }
}
