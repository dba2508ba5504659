import type { EncodedBatch } from '../../protocol/batch-layout.js'
import { quoteIdentifier } from '../../protocol/column-type.js'
import type { Resolution } from '../../protocol/requests.js'
import { type Absence, selectAbsence, toAbsence } from './absence.js'
import { AppenderWriter } from './appender-writer.js'
import { fillStaging } from './fill-staging.js'
import { resolveRound } from './resolve-round.js'
import { StagingTable } from './staging-table.js'
import type { TransactionConnection } from './transaction-connection.js'
import { Verdicts } from './verdicts.js'
import { nothingWritten, type RefusalQuery, type WriteStrategy } from './write-strategy.js'
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
    const appender = await connection.createAppender(staging.name, 'main', 'temp')
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
    let total = nothingWritten
    for await (const staging of this.#rounds(absence)) {
      const round = { connection: this.#connection, target: this.#target, staging, absence, verdicts }
      await fillStaging(round)
      const { inserted, updated, ignored, refused } = await resolveRound(round, isAllOrNothing)
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

  async #readAbsence(): Promise<Absence> {
    const columns = this.#target.columns.length
    const sql = selectAbsence(this.#staging.table, columns, (word) => this.#staging.wordName(word))
    return toAbsence(await this.#connection.readNumbers(sql), columns)
  }

  /**
   * All rows at once, or where an update lets rows with one key change different columns, one round after the other:
   * the first row of each key, the second of each key, and so on.
   */
  async *#rounds(absence: Absence): AsyncGenerator<StagingTable> {
    const { key, onConflict, shape } = this.#target
    const staging = this.#staging
    if (key === undefined || onConflict !== 'update' || !absence.isMixed) {
      yield staging
      return
    }
    const columns = key.expressions.join(', ')
    const numbered = `SELECT ${staging.ordinal} AS o, row_number() OVER (PARTITION BY ${columns} ORDER BY ${staging.ordinal}) AS round`
    await this.#connection.run(
      `CREATE TEMP TABLE duckpaddle_rounds AS ${numbered} FROM ${staging.table}
       WHERE ${key.expressions.map((expression) => `${expression} IS NOT NULL`).join(' AND ')}`,
    )
    const [last = 0] = await this.#connection.readNumbers('SELECT max(round) FROM temp.duckpaddle_rounds')
    // A row without a key is in a round of its own kind: the first.
    for (let number = 1; number <= Math.max(1, last); number++) {
      const round = new StagingTable(`duckpaddle_round_${number}`, shape)
      await this.#connection.run(
        `CREATE TEMP TABLE ${quoteIdentifier(round.name)} AS SELECT s.* FROM ${staging.table} s
         LEFT JOIN temp.duckpaddle_rounds r ON r.o = s.${staging.ordinal} WHERE coalesce(r.round, 1) = ${number}`,
      )
      yield round
      await this.#connection.run(`DROP TABLE ${round.table}`)
    }
  }
}
