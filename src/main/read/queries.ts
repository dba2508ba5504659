import { exactReading, type QueryRow } from '../../protocol/query-value.js'
import { Deferred } from '../../sync/deferred.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { Operations } from '../scheduling/operations.js'
import type { RunReport } from './execute-statement.js'
import { copyStatement, type QueryParameters } from './query-parameters.js'
import type { QueryRunner, Statement } from './query-runner.js'

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

  async query<Row extends object>(statement: Statement, savesLast: boolean): Promise<Row[]> {
    const read = (cancellation: Cancellation) => this.#runner.query(statement, cancellation)
    // The caller's word for what the statement returns.
    return (await this.#count(read, savesLast)) as object[] as Row[]
  }

  async run(sql: string, parameters: QueryParameters | undefined, savesLast: boolean): Promise<RunReport> {
    // Nobody sees the rows.
    const statement = { ...copyStatement(sql, parameters), reading: exactReading }
    const run = (cancellation: Cancellation) => this.#runner.run(statement, cancellation)
    const { rowsChanged } = await this.#count(run, savesLast)
    return { rowsChanged }
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

  /** The rows of a statement page by page, also while the service is closing. */
  async *pages(sql: string): AsyncGenerator<readonly QueryRow[]> {
    const ended = new Deferred<void>()
    let pages: AsyncGenerator<readonly QueryRow[]> | undefined
    // For `close()` to wait for, and to interrupt.
    const running = this.#count((cancellation) => {
      pages = this.#runner.pages({ sql, reading: exactReading }, cancellation)
      return ended.promise
    }, true)
    try {
      if (pages === undefined) await running
      else yield* pages
    } finally {
      ended.resolve()
      await running
    }
  }

  async #count<Result>(
    task: (cancellation: Cancellation) => Promise<Result>,
    savesLast: boolean,
  ): Promise<Result> {
    this.#running++
    try {
      return await this.#operations.run(task, savesLast)
    } finally {
      this.#running--
    }
  }
}
