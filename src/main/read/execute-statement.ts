import type { QueryRow } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'

/** What `run()` resolves to. */
export interface RunReport {
  /** Rows that the last statement inserted, updated or deleted. */
  readonly rowsChanged: number
}

interface Executed extends RunReport {
  readonly rows: QueryRow[]
  readonly walBytes: number
}

let cursors = 0

/** Numbers of results, by which the worker knows them. */
export function nextCursor(): number {
  return ++cursors
}

/**
 * Runs SQL in the worker, and reads all rows of its last statement.
 *
 * @returns undefined where it was only to read, and may do more.
 */
export async function executeStatement(
  client: WorkerClient,
  statement: Omit<ExecuteRequest, 'cursor'>,
  cancellation: Cancellation,
): Promise<Executed | undefined> {
  const cursor = nextCursor()
  try {
    const reply = await cancellation.guard(client.request('execute', { ...statement, cursor }))
    if (!reply.executed) return undefined
    const rows = [...reply.page.rows]
    let { isLast } = reply.page
    while (!isLast) {
      const page = await cancellation.guard(client.request('fetch', { cursor }))
      for (const row of page.rows) rows.push(row)
      isLast = page.isLast
    }
    return { rows, rowsChanged: reply.rowsChanged, walBytes: reply.walBytes }
  } catch (error) {
    // Until the worker has stopped, the database cannot be closed, nor the next call have its turn. A result of
    // which a page could not be received is given up.
    await client.request('cancel', { cursor }).catch(() => undefined)
    throw error
  }
}
