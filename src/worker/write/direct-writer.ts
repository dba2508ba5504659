import type { EncodedBatch } from '../../protocol/batch-layout.js'
import { quoteIdentifier } from '../../protocol/sql.js'
import type { CallOutcome, CallRange } from '../../protocol/write-requests.js'
import type { Unique } from '../catalog/table-metadata.js'
import {
  countKeys,
  countTaken,
  selectConflicts,
  selectKeys,
  selectSuperseded,
} from '../constraints/key-sql.js'
import type { ViolationQuery } from '../constraints/violation-query.js'
import { WorkerFailure } from '../failure.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import type { ChunkSink } from '../ingest/chunk-sink.js'
import { RelaySink } from '../ingest/relay-sink.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { StagedWriter } from './staged-writer.js'
import { applyInOrder, nothingWritten, type TableWriter } from './table-writer.js'

/**
 * The `rowid` of the first row that a transaction adds to a table; the others follow it in the order in which they
 * were appended, and rows committed before have lower ones. `apply` checks it by counting.
 *
 * MAX_ROW_ID in https://github.com/duckdb/duckdb/blob/main/src/common/constants.cpp
 */
const firstNewRowId = '36028797018960000'

/** Less than DuckDB writes before a COMMIT. */
const fewRows = 32_768

/**
 * Appends rows to their table itself, which has no constraint that could refuse one. A key that only this library
 * keeps is looked after at the end: what DuckDB has no index for can still be deleted again, by a hash join, at a
 * tenth of what the index would cost.
 */
export class DirectWriter implements TableWriter {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #sink: AppenderSink
  /** Takes rows while others use the worker. */
  #relay: RelaySink | undefined
  /** Takes the rows instead, from the first on that does not carry a column. */
  #staged: StagedWriter | undefined
  #rows = 0
  #violations: ViolationQuery | undefined

  private constructor(connection: TransactionConnection, target: WriteTarget, sink: AppenderSink) {
    this.#connection = connection
    this.#target = target
    this.#sink = sink
  }

  static async create(connection: TransactionConnection, target: WriteTarget): Promise<DirectWriter> {
    const sink = await AppenderSink.open(connection, target.ref, target.columns)
    return new DirectWriter(connection, target, sink)
  }

  get violations(): ViolationQuery | undefined {
    return this.#staged === undefined ? this.#violations : this.#staged.violations
  }

  get leavesNothing(): boolean {
    return this.#target.key === undefined && this.#staged === undefined
  }

  async append(batch: EncodedBatch): Promise<void> {
    // Only a staging table can give the columns that a row lacks their value.
    if (batch.omitted !== undefined) this.#staged ??= await this.#stage()
    if (this.#staged !== undefined) return this.#staged.append(batch)
    await this.#sinkOf().append(batch)
    this.#rows += batch.rows
  }

  async apply(calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    if (this.#staged !== undefined) return this.#staged.apply(calls)
    await this.#relay?.finish()
    await this.#sink.finish()
    const { key } = this.#target
    return applyInOrder(calls, async (call) =>
      key === undefined ? { ...nothingWritten, inserted: call.rows } : this.#applyKey(key, call),
    )
  }

  async discard(): Promise<void> {
    await this.#staged?.discard()
    await this.#relay?.discard()
    await this.#sink.discard()
  }

  /** Where the next rows go: on, from the first on that others might have to wait for, by way of staging tables. */
  #sinkOf(): ChunkSink {
    if (this.#relay !== undefined) return this.#relay
    const { key, metadata } = this.#target
    // With either, rows are looked at later by the places where they have been appended.
    const mayRelay = key === undefined && metadata.defaults.size === 0
    if (!mayRelay || this.#rows < fewRows || !this.#connection.hasCompany) return this.#sink
    // Rows stay in their order.
    this.#sink.flush()
    this.#relay = new RelaySink(this.#connection, this.#target)
    return this.#relay
  }

  /** Goes on with a staging table, into which it moves what it has appended. */
  async #stage(): Promise<StagedWriter> {
    const staged = await StagedWriter.create(this.#connection, this.#target, this.#rows)
    await this.#sink.finish()
    if (this.#rows > 0) {
      const { table, columns } = this.#target
      const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
      const isNew = `rowid >= ${firstNewRowId}`
      await staged.take(`SELECT ${names}, rowid - ${firstNewRowId} FROM ${table} WHERE ${isNew}`)
      await this.#connection.run(`DELETE FROM ${table} WHERE ${isNew}`)
    }
    return staged
  }

  async #applyKey(key: Unique, call: CallRange): Promise<CallOutcome> {
    const { onConflict } = this.#target
    const [fresh, old] = [this.#keys(key, isOf(call)), this.#keys(key, isBefore(call))]
    const distinct = await this.#countKeys(fresh, key, call)
    const [taken = 0] = await this.#connection.readNumbers(countTaken(fresh, old, key.expressions))
    if (onConflict === 'update') return this.#update(key, call, distinct, taken)
    const given = call.rows
    if (distinct === given && taken === 0) return { ...nothingWritten, inserted: given }
    const conflicts = this.#target.temporaries.sql('conflicts')
    const found = selectConflicts(fresh, old, key.expressions)
    const count = await this.#connection.change(`CREATE OR REPLACE TEMP TABLE ${conflicts} AS ${found}`)
    const isViolation = onConflict === 'error'
    if (isViolation) await this.#keepRejected(key, conflicts)
    if (!isViolation || !call.isAllOrNothing) await this.#deleteNew(`SELECT o FROM ${conflicts}`)
    const inserted = given - count
    return { ...nothingWritten, inserted, ...(isViolation ? { rejected: count } : { ignored: count }) }
  }

  async #countKeys(fresh: string, key: Unique, call: CallRange): Promise<number> {
    const counts = await this.#connection.readNumbers(countKeys(fresh, key.expressions))
    const [given = 0, distinct = 0] = counts
    if (given === call.rows) return distinct
    throw new WorkerFailure({
      code: 'PERSIST_WRITE_FAILED',
      message: `DuckDB numbers new rows otherwise than expected: ${given} of ${call.rows} were found`,
    })
  }

  /** The last row of each key stays, and rows of before that have the same key go. */
  async #update(key: Unique, call: CallRange, distinct: number, taken: number): Promise<CallOutcome> {
    if (distinct < call.rows) {
      await this.#deleteNew(selectSuperseded(this.#keys(key, isOf(call)), key.expressions))
    }
    if (taken > 0) {
      const { table } = this.#target
      const columns = key.expressions.join(', ')
      await this.#connection.run(
        `DELETE FROM ${table} WHERE ${isBefore(call)}
         AND (${columns}) IN (SELECT ${columns} FROM ${table} WHERE ${isOf(call)})`,
      )
    }
    const inserted = distinct - taken
    return { ...nothingWritten, inserted, updated: call.rows - inserted }
  }

  async #deleteNew(ordinals: string): Promise<void> {
    await this.#connection.run(
      `DELETE FROM ${this.#target.table} WHERE rowid IN (SELECT o + ${firstNewRowId} FROM (${ordinals}))`,
    )
  }

  /** Rejected rows are reported after they are gone from the table. */
  async #keepRejected(key: Unique, conflicts: string): Promise<void> {
    const { table, temporaries } = this.#target
    const columns = this.#target.columns.map(({ name }, index) => `t.${quoteIdentifier(name)} AS c${index}`)
    const select = `SELECT c.o::DOUBLE AS ordinal, 0 AS violated, c.other::DOUBLE AS other, ${columns.join(', ')}
      FROM ${conflicts} c JOIN ${table} t ON t.rowid = c.o + ${firstNewRowId}`
    const rejected = temporaries.sql('rejected')
    const isFirst = this.#violations === undefined
    await this.#connection.run(
      isFirst ? `CREATE TEMP TABLE ${rejected} AS ${select}` : `INSERT INTO ${rejected} ${select}`,
    )
    this.#violations = {
      sql: `SELECT * FROM ${rejected} ORDER BY ordinal ASC NULLS LAST`,
      constraints: [key],
    }
  }

  #keys({ expressions }: Unique, where: string): string {
    const ordinal = `rowid - ${firstNewRowId}`
    return selectKeys({ from: this.#target.table, where, ordinal }, expressions)
  }
}

/** A condition: the row is of the call. */
function isOf({ firstRow, rows }: CallRange): string {
  const first = BigInt(firstNewRowId) + BigInt(firstRow)
  return `rowid >= ${first} AND rowid < ${first + BigInt(rows)}`
}

/** A condition: the row was there before the call. */
function isBefore({ firstRow }: CallRange): string {
  return `rowid < ${BigInt(firstNewRowId) + BigInt(firstRow)}`
}
