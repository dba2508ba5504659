import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { Resolution } from '../../protocol/requests.js'
import { temporary } from '../../protocol/sql.js'
import { resolveRound } from '../constraints/resolve-pass.js'
import { Verdicts } from '../constraints/row-outcomes.js'
import { splitRounds } from '../constraints/split-passes.js'
import { AppenderWriter } from '../ingest/appender-sink.js'
import { fillDefaults, keepUncarried } from '../ingest/fill-staging.js'
import { type Absence, selectAbsence, toAbsence } from '../ingest/omitted-columns.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { nothingWritten, type RefusalQuery, type WriteStrategy } from './table-writer.js'
import type { WriteTarget } from './write-target.js'

/**
 * Keeps rows in a staging table until all are there, and then moves into their table those that it takes.
 *
 * DuckDB has no savepoints: a row that breaks a constraint ends the transaction, and with it the rows before. So what
 * is wrong with which row is asked first, of the staged rows, in SQL.
 */
export class StagedWrite implements WriteStrategy {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #staging: StagingTable
  readonly #writer: AppenderWriter
  refusals: RefusalQuery | undefined

  private constructor(
    connection: TransactionConnection,
    target: WriteTarget,
    staging: StagingTable,
    writer: AppenderWriter,
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
  ): Promise<StagedWrite> {
    const staging = new StagingTable('duckpaddle_staging', target.shape)
    await connection.run(staging.createSql(target.table))
    const appender = await connection.createAppender(temporary, staging.name)
    const { absenceWords } = staging
    const writer = new AppenderWriter(appender, target.columns, { firstOrdinal, absenceWords })
    return new StagedWrite(connection, target, staging, writer)
  }

  append(batch: EncodedBatch): void {
    this.#writer.append(batch)
  }

  /** Takes rows that carry every column. @param select - SQL of the columns, and then the ordinal. */
  async take(select: string): Promise<void> {
    const words = Array.from({ length: this.#staging.absenceWords }, () => ', 0')
    await this.#connection.run(
      `INSERT INTO ${this.#staging.table} SELECT *${words.join('')} FROM (${select})`,
    )
  }

  async resolve(isAllOrNothing: boolean): Promise<Resolution> {
    this.#writer.finish()
    const absence = await this.#readAbsence()
    const verdicts = new Verdicts(this.#connection, this.#target)
    await verdicts.create()
    this.refusals = verdicts.refusals(this.#staging)
    const parts = { connection: this.#connection, target: this.#target, absence, verdicts }
    await fillDefaults({ ...parts, staging: this.#staging, isWhole: true })
    let total = nothingWritten
    const rounds = splitRounds(this.#connection, this.#target, this.#staging, absence)
    for await (const { staging, isWhole } of rounds) {
      const round = { ...parts, staging, isWhole }
      await keepUncarried(round)
      // A round after this one must find the table as this one leaves it, be it only to tell what is wrong.
      const { inserted, updated, ignored, refused } = await resolveRound(round, isAllOrNothing && isWhole)
      if (refused > 0 && !isWhole) await this.#takeBack(staging)
      total = {
        inserted: total.inserted + inserted,
        updated: total.updated + updated,
        ignored: total.ignored + ignored,
        refused: total.refused + refused,
      }
    }
    return total
  }

  discard(): void {
    this.#writer.discard()
  }

  /** Has the rows of a round as they would have been written, for those that are refused to be told of. */
  async #takeBack({ table, ordinal }: StagingTable): Promise<void> {
    const { table: staging } = this.#staging
    await this.#connection.run(`DELETE FROM ${staging} WHERE ${ordinal} IN (SELECT ${ordinal} FROM ${table})`)
    await this.#connection.run(`INSERT INTO ${staging} SELECT * FROM ${table}`)
  }

  async #readAbsence(): Promise<Absence> {
    const columns = this.#target.columns.length
    const sql = selectAbsence(this.#staging.table, columns, (word) => this.#staging.wordName(word))
    return toAbsence(await this.#connection.readNumbers(sql), columns)
  }
}
