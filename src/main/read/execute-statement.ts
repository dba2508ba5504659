import type { ResultShape } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { RunReport } from '../contract/run-report.js'
import type { Draft, QueryTrace } from '../contract/traces.js'
import type { DecodedItem } from '../decode/batch-decoder.js'
import type { CollectedColumn } from '../decode/column-values.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { runInSlices } from '../scheduling/sliced-loop.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import { ResultReader } from './result-reader.js'

export interface Executed<Read> extends RunReport {
  readonly read: Read
  readonly walBytes: number
}

/** Takes the rows of a result until it wants no more. */
export type ReadResult<Read> = (reader: ResultReader) => Promise<Read>

interface ShapedRequest extends Omit<ExecuteRequest, 'cursor'> {
  /** What the result is made into; rows as objects where nothing is said. */
  readonly shape?: ResultShape
  readonly trace?: Draft<QueryTrace> | undefined
}

/** All rows, or all columns by their names. */
export type Collected = DecodedItem[] | Record<string, CollectedColumn>

let cursors = 0

/**
 * Runs SQL in the worker, and has the rows of its last statement read.
 *
 * @param sliceBudgetMs - How long, in milliseconds, decoding them may hold the event loop.
 * @returns undefined where it was only to read, and may do more.
 */
export async function executeStatement<Read>(
  client: WorkerClient,
  { shape = 'objects', trace, ...statement }: ShapedRequest,
  cancellation: Cancellation,
  sliceBudgetMs: number,
  readResult: ReadResult<Read>,
): Promise<Executed<Read> | undefined> {
  cancellation.check()
  const cursor = ++cursors
  let isDone = false
  try {
    const reply = await cancellation.guard(
      client.request('execute', { ...statement, isByColumn: shape === 'columns', cursor }),
    )
    isDone = !reply.executed
    if (!reply.executed) return undefined
    const fetch = () => cancellation.guard(client.request('fetch', { cursor }))
    if (trace !== undefined && statement.mayWrite) trace.rowsChanged = reply.rowsChanged
    const reader = new ResultReader(reply, statement.reading, shape, fetch, sliceBudgetMs, trace)
    const read = await readResult(reader)
    isDone = reader.isDone
    return { read, rowsChanged: reply.rowsChanged, walBytes: reply.walBytes }
  } finally {
    // Until the worker has stopped, the database cannot be closed, nor the next call have its turn. A result of
    // which a batch could not be received is given up.
    if (!isDone) await client.request('cancel', { cursor }).catch(() => undefined)
  }
}

/** Reads everything. */
export async function collectResult(
  reader: ResultReader,
  cancellation: Cancellation,
  sliceBudgetMs: number,
): Promise<Collected> {
  const rows: DecodedItem[] = []
  const isByColumn = reader.shape === 'columns'
  do {
    cancellation.check()
    for (let row = reader.take(); row !== undefined; row = reader.take()) if (!isByColumn) rows.push(row)
  } while (await reader.advance())
  return isByColumn ? runInSlices(reader.finish(), sliceBudgetMs) : rows
}
