import { exactReading, type QueryRow } from '../../protocol/query-value.js'
import type { CallLimits } from '../contract/query-options.js'
import type { RunReport } from '../contract/run-report.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { limitCall } from '../scheduling/limit-call.js'
import type { Operations } from '../scheduling/operations.js'
import { copyStatement, type QueryParameters } from './query-parameters.js'
import type { QueryRunner, Statement } from './query-runner.js'
import type { RowReader } from './row-reader.js'
import { RowStream } from './row-stream.js'

/**
 * The SQL that callers run.
 *
 * With `savesLast` a call is let in while the service is closing.
 */
export class Queries {
  readonly #runner: QueryRunner
  readonly #operations: Operations
  #running = 0

  constructor(runner: QueryRunner, operations: Operations) {
    this.#runner = runner
    this.#operations = operations
  }

  /** Calls that have not settled. */
  get running(): number {
    return this.#running
  }

  /** The rows of a read, also while the service is closing. */
  async query<Row extends object>(sql: string): Promise<Row[]> {
    const statement = { sql, reading: exactReading }
    const read = (cancellation: Cancellation) => this.#runner.query(statement, cancellation)
    // The caller's word for what the statement returns.
    return (await this.#count(read, true)) as object as Row[]
  }

  /** @returns what the shape of the statement says. */
  async read(statement: Statement, limits: CallLimits): Promise<object> {
    const read = (cancellation: Cancellation) => {
      const stopLimits = limitCall('query()', cancellation, limits)
      return this.#runner.query(statement, cancellation).finally(stopLimits)
    }
    return this.#count(read, false)
  }

  stream(statement: Statement, limits: CallLimits): RowStream {
    return new RowStream((readRows) =>
      this.#count(
        (cancellation) => {
          const stopLimits = limitCall('stream()', cancellation, limits)
          return this.#runner.stream(statement, cancellation, readRows(cancellation)).finally(stopLimits)
        },
        false,
        true,
      ),
    )
  }

  async run(sql: string, parameters: QueryParameters | undefined, savesLast: boolean): Promise<RunReport> {
    // Nobody sees the rows.
    const statement = { ...copyStatement(sql, parameters), reading: exactReading }
    const run = (cancellation: Cancellation) => this.#runner.run(statement, cancellation)
    const { rowsChanged } = await this.#count(run, savesLast)
    return { rowsChanged }
  }

  /** Reads like `query`, row by row, in bounded memory; the time of the taker counts as that of decoding. */
  async readRows(sql: string, take: (row: QueryRow) => void): Promise<void> {
    const statement = { sql, reading: exactReading }
    const read = async (reader: RowReader, cancellation: Cancellation) => {
      do {
        cancellation.check()
        // In the shape that is the default, rows are objects.
        for (let row = reader.take(); row !== undefined; row = reader.take()) take(row as QueryRow)
      } while (await reader.advance())
    }
    await this.#count(
      (cancellation) => this.#runner.stream(statement, cancellation, (reader) => read(reader, cancellation)),
      true,
    )
  }

  /** Counts a call until it has settled. */
  track<Result>(call: Promise<Result>): Promise<Result> {
    this.#running++
    const end = () => {
      this.#running--
    }
    call.then(end, end)
    return call
  }

  async #count<Result>(
    task: (cancellation: Cancellation) => Promise<Result>,
    savesLast: boolean,
    isOpenEnded = false,
  ): Promise<Result> {
    this.#running++
    try {
      return await this.#operations.run(task, savesLast, isOpenEnded)
    } finally {
      this.#running--
    }
  }
}
