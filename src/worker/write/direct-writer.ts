import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { CallOutcome } from '../../protocol/requests.js'
import { quoteIdentifier } from '../../protocol/sql.js'
import type { Unique } from '../catalog/table-metadata.js'
import {
  countKeys,
  countTaken,
  selectConflicts,
  selectKeys,
  selectSuperseded,
} from '../constraints/key-sql.js'
import { WorkerFailure } from '../failure.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { StagedWriter } from './staged-writer.js'
import { nothingWritten, type TableWriter, type ViolationQuery } from './table-writer.js'
import type { WriteTarget } from './write-target.js'

/**
 * The `rowid` of the first row that a transaction adds to a table; the others follow it in the order in which they
 * were appended, and rows committed before have lower ones. `apply` checks it by counting.
 *
 * MAX_ROW_ID in https://github.com/duckdb/duckdb/blob/main/src/common/constants.cpp
 */
const firstNewRowId = '36028797018960000'

/**
 * Appends rows to their table itself, which has no constraint that could refuse one. A key that only this library
 * keeps is looked after at the end: what DuckDB has no index for can still be deleted again, by a hash join, at a
 * tenth of what the index would cost.
 */
export class DirectWriter implements TableWriter {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #writer: AppenderSink
  readonly #isNew = `rowid >= ${firstNewRowId}`
  readonly #isOld = `rowid < ${firstNewRowId}`
  #rows = 0
  violations: ViolationQuery | undefined

  private constructor(connection: TransactionConnection, target: WriteTarget, writer: AppenderSink) {
    this.#connection = connection
    this.#target = target
    this.#writer = writer
  }

  static async create(connection: TransactionConnection, target: WriteTarget): Promise<DirectWriter> {
    const appender = await connection.createAppender(target.place, target.name)
    return new DirectWriter(connection, target, new AppenderSink(appender, target.columns))
  }

  append(batch: EncodedBatch): void {
    this.#writer.append(batch)
    this.#rows += batch.rows
  }

  async apply(isAllOrNothing: boolean): Promise<CallOutcome> {
    this.#writer.finish()
    const { key, onConflict } = this.#target
    if (key === undefined) return { ...nothingWritten, inserted: this.#rows }
    const [given, distinct] = await this.#countKeys(key)
    const [taken = 0] = await this.#connection.readNumbers(
      countTaken(this.#newKeys(key), this.#oldKeys(key), key.expressions),
    )
    if (onConflict === 'update') return this.#update(key, given, distinct, taken)
    if (distinct === given && taken === 0) return { ...nothingWritten, inserted: given }
    const conflicts = selectConflicts(this.#newKeys(key), this.#oldKeys(key), key.expressions)
    const count = await this.#connection.change(`CREATE TEMP TABLE duckpaddle_conflicts AS ${conflicts}`)
    const isViolation = onConflict === 'error'
    if (isViolation) await this.#keepViolations(key)
    if (!isViolation || !isAllOrNothing) await this.#deleteNew('SELECT o FROM temp.main.duckpaddle_conflicts')
    const inserted = given - count
    return { ...nothingWritten, inserted, ...(isViolation ? { rejected: count } : { ignored: count }) }
  }

  discard(): void {
    this.#writer.discard()
  }

  /** Goes on with a staging table, into which it moves what it has appended. */
  async stage(): Promise<StagedWriter> {
    const staged = await StagedWriter.create(this.#connection, this.#target, this.#rows)
    this.#writer.finish()
    if (this.#rows > 0) {
      const { table, columns } = this.#target
      const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
      await staged.take(`SELECT ${names}, rowid - ${firstNewRowId} FROM ${table} WHERE ${this.#isNew}`)
      await this.#connection.run(`DELETE FROM ${table} WHERE ${this.#isNew}`)
    }
    return staged
  }

  async #countKeys(key: Unique): Promise<readonly [given: number, distinct: number]> {
    const counts = await this.#connection.readNumbers(countKeys(this.#newKeys(key), key.expressions))
    const [given = 0, distinct = 0] = counts
    if (given === this.#rows) return [given, distinct]
    throw new WorkerFailure({
      code: 'PERSIST_WRITE_FAILED',
      message: `DuckDB numbers new rows otherwise than expected: ${given} of ${this.#rows} were found`,
    })
  }

  /** The last row of each key stays, and rows of before that have the same key go. */
  async #update(key: Unique, given: number, distinct: number, taken: number): Promise<CallOutcome> {
    if (distinct < given) await this.#deleteNew(selectSuperseded(this.#newKeys(key), key.expressions))
    if (taken > 0) {
      const { table } = this.#target
      const columns = key.expressions.join(', ')
      await this.#connection.run(
        `DELETE FROM ${table} WHERE ${this.#isOld}
         AND (${columns}) IN (SELECT ${columns} FROM ${table} WHERE ${this.#isNew})`,
      )
    }
    const inserted = distinct - taken
    return { ...nothingWritten, inserted, updated: given - inserted }
  }

  async #deleteNew(ordinals: string): Promise<void> {
    await this.#connection.run(
      `DELETE FROM ${this.#target.table} WHERE rowid IN (SELECT o + ${firstNewRowId} FROM (${ordinals}))`,
    )
  }

  /** Refused rows are reported after they are gone from the table. */
  async #keepViolations(key: Unique): Promise<void> {
    const columns = this.#target.columns.map(({ name }, index) => `t.${quoteIdentifier(name)} AS c${index}`)
    await this.#connection.run(
      `CREATE TEMP TABLE duckpaddle_rejected AS
       SELECT c.o::DOUBLE AS ordinal, 0 AS violated, c.other::DOUBLE AS other, ${columns.join(', ')}
       FROM temp.main.duckpaddle_conflicts c JOIN ${this.#target.table} t ON t.rowid = c.o + ${firstNewRowId}`,
    )
    this.violations = {
      sql: 'SELECT * FROM temp.main.duckpaddle_rejected ORDER BY ordinal ASC NULLS LAST',
      constraints: [key],
    }
  }

  #newKeys(key: Unique): string {
    return this.#keys(key, this.#isNew)
  }

  #oldKeys(key: Unique): string {
    return this.#keys(key, this.#isOld)
  }

  #keys({ expressions }: Unique, where: string): string {
    const ordinal = `rowid - ${firstNewRowId}`
    return selectKeys({ from: this.#target.table, where, ordinal }, expressions)
  }
}
