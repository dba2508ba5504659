import { setImmediate, setTimeout } from 'node:timers/promises'
import {
  type DuckDBConnection,
  type DuckDBMaterializedResult,
  type DuckDBPendingResult,
  DuckDBPendingResultState,
  type DuckDBPreparedStatement,
  DuckDBResult,
} from '@duckdb/node-api'
import type { Database } from './database.js'

/** How long one statement computes before requests and other statements have their turn. One task may take longer. */
const turnMs = 5

/**
 * Executes a statement on this thread, task by task, and not on the libuv pool: four of them there would leave no
 * thread for Node's own I/O (https://github.com/duckdb/duckdb-node-neo/issues/325), and could not be stopped safely.
 *
 * @param connection - The statement's.
 * @param checkStop - Called between two tasks; what it throws ends the statement.
 */
export async function runCooperatively(
  database: Database,
  connection: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  checkStop: () => void,
): Promise<DuckDBMaterializedResult> {
  return (await run(database, connection, statement.start(), checkStop)) as DuckDBMaterializedResult
}

/** The same until the first rows are there; the others are computed as they are fetched. */
export async function streamCooperatively(
  database: Database,
  connection: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  checkStop: () => void,
): Promise<DuckDBResult> {
  return run(database, connection, statement.startStream(), checkStop)
}

async function run(
  database: Database,
  connection: DuckDBConnection,
  pending: DuckDBPendingResult,
  checkStop: () => void,
): Promise<DuckDBResult> {
  try {
    await runTasks(pending, checkStop)
    const result = await database.poolCall(() => pending.getResult())
    if (!(result instanceof DuckDBResult)) throw new TypeError('DuckDB returned no result')
    return result
  } catch (error) {
    await abandon(database, connection, pending)
    throw error
  }
}

async function runTasks(pending: DuckDBPendingResult, checkStop: () => void): Promise<void> {
  for (;;) {
    const turnEnds = performance.now() + turnMs
    let state = DuckDBPendingResultState.RESULT_NOT_READY
    while (state === DuckDBPendingResultState.RESULT_NOT_READY && performance.now() < turnEnds) {
      checkStop()
      state = pending.runTask()
    }
    if (state === DuckDBPendingResultState.RESULT_READY) return
    // With no task to be had, DuckDB's other threads are at work on them.
    if (state === DuckDBPendingResultState.NO_TASKS_AVAILABLE) await setTimeout(1)
    else await setImmediate()
  }
}

/**
 * Ends a statement of which a task has run. Its result must be asked for: until then DuckDB keeps the query, and with it
 * the database and the lock of its file, also when everything of it has been closed and collected.
 */
async function abandon(
  database: Database,
  connection: DuckDBConnection,
  pending: DuckDBPendingResult,
): Promise<void> {
  connection.interrupt()
  await database.poolCallToTheEnd(() => pending.getResult()).catch(() => undefined)
}
