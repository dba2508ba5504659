import { exactReading, type QueryRow } from '../../protocol/query-value.js'
import type { CallLimits } from '../contract/query-options.js'
import type { RunReport } from '../contract/run-report.js'
import type { Draft, QueryTrace } from '../contract/traces.js'
import { channels } from '../diagnostics/channels.js'
import type { ServiceDurations } from '../diagnostics/service-durations.js'
import { trace } from '../diagnostics/trace.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { limitCall } from '../scheduling/limit-call.js'
import type { Operations } from '../scheduling/operations.js'
import { now } from '../scheduling/real-timers.js'
import { copyStatement, type QueryParameters } from './query-parameters.js'
import type { QueryRunner, Statement } from './query-runner.js'
import type { RowReader } from './row-reader.js'
import { RowStream, StreamEnd } from './row-stream.js'

/**
 * The SQL that callers run.
 *
 * With `savesLast` a call is let in while the service is closing.
 */
export class Queries {
  readonly #runner: QueryRunner
  readonly #operations: Operations
  readonly #database: string
  readonly #durations: ServiceDurations
  #running = 0

  /** @param database - As it was given to `open()`. */
  constructor(runner: QueryRunner, operations: Operations, database: string, durations: ServiceDurations) {
    this.#runner = runner
    this.#operations = operations
    this.#database = database
    this.#durations = durations
  }

  /** Calls that have not settled. */
  get running(): number {
    return this.#running
  }

  /** The rows of a read, also while the service is closing. */
  async query<Row extends object>(sql: string): Promise<Row[]> {
    const rows = this.#traced('query', { sql, reading: exactReading }, (statement) =>
      this.#timed((cancellation) => this.#runner.query(statement, cancellation), true),
    )
    // The caller's word for what the statement returns.
    return (await rows) as object as Row[]
  }

  /** @returns what the shape of the statement says. */
  async read(given: Statement, limits: CallLimits): Promise<object> {
    return this.#traced('query', given, (statement) =>
      this.#timed((cancellation) => {
        const stopLimits = limitCall('query()', cancellation, limits)
        return this.#runner.query(statement, cancellation).finally(stopLimits)
      }, false),
    )
  }

  stream(given: Statement, limits: CallLimits): RowStream {
    return new RowStream((readRows) =>
      this.#traced('stream', given, (statement) => {
        const read = (cancellation: Cancellation) => {
          const stopLimits = limitCall('stream()', cancellation, limits)
          return this.#runner.stream(statement, cancellation, readRows(cancellation)).finally(stopLimits)
        }
        return this.#count(read, false, true).catch(refuseFailure)
      }),
    )
  }

  async run(sql: string, parameters: QueryParameters | undefined, savesLast: boolean): Promise<RunReport> {
    // Nobody sees the rows.
    const given = { ...copyStatement(sql, parameters), reading: exactReading }
    const { rowsChanged } = await this.#traced('run', given, (statement) =>
      this.#timed((cancellation) => this.#runner.run(statement, cancellation), savesLast),
    )
    return { rowsChanged }
  }

  /** Reads like `query`, row by row, in bounded memory; the time of the taker counts as that of decoding. */
  async readRows(sql: string, take: (row: QueryRow) => void): Promise<void> {
    const read = async (reader: RowReader, cancellation: Cancellation) => {
      do {
        cancellation.check()
        // In the shape that is the default, rows are objects.
        for (let row = reader.take(); row !== undefined; row = reader.take()) take(row as QueryRow)
      } while (await reader.advance())
    }
    await this.#traced('stream', { sql, reading: exactReading }, (statement) => {
      const run = (cancellation: Cancellation) =>
        this.#runner.stream(statement, cancellation, (reader) => read(reader, cancellation))
      return this.#count(run, true)
    })
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

  /** Publishes a call to subscribers. */
  #traced<Result>(
    kind: QueryTrace['kind'],
    statement: Statement,
    run: (statement: Statement) => Promise<Result>,
  ): Promise<Result> {
    if (!channels.query.hasSubscribers) return run(statement)
    const context: Draft<QueryTrace> = { database: this.#database, kind, sql: statement.sql }
    return trace(channels.query, context, () => run({ ...statement, trace: context }))
  }

  /** Counts a call, and takes its time if it succeeds. */
  async #timed<Result>(
    task: (cancellation: Cancellation) => Promise<Result>,
    savesLast: boolean,
  ): Promise<Result> {
    const startedAt = now()
    const result = await this.#count(task, savesLast)
    this.#durations.query.record(now() - startedAt)
    return result
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

/** @throws what a stream has failed with, if it has not only been ended by its caller. */
function refuseFailure(error: unknown): void {
  if (!(error instanceof StreamEnd)) throw error
}
