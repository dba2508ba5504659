import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { CallOutcome, CallRange } from '../../protocol/write-requests.js'
import type { ViolationQuery } from '../constraints/violation-query.js'

/** How rows of a transaction get into one table. */
export interface TableWriter {
  append(batch: EncodedBatch): Promise<void>
  /**
   * Decides about every row, and leaves the table as it is to be committed; called once, after the last batch.
   *
   * @param calls - Ranges of rows in their order, without gaps between them.
   * @returns the outcomes of the calls, up to the first that is all or nothing and has a row that is rejected: the
   * transaction must be rolled back then.
   */
  apply(calls: readonly CallRange[]): Promise<readonly CallOutcome[]>
  /** After `apply`: SQL of what it rejected. */
  readonly violations: ViolationQuery | undefined
  /** Whether it leaves no temporary tables on the connection. */
  readonly leavesNothing: boolean
  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void | Promise<void>
}

export const nothingWritten: CallOutcome = { inserted: 0, updated: 0, ignored: 0, rejected: 0 }

/** Applies calls one after the other, up to the first that cannot be committed. */
export async function applyInOrder(
  calls: readonly CallRange[],
  apply: (call: CallRange) => Promise<CallOutcome>,
): Promise<readonly CallOutcome[]> {
  const outcomes: CallOutcome[] = []
  for (const call of calls) {
    const outcome = await apply(call)
    outcomes.push(outcome)
    if (call.isAllOrNothing && outcome.rejected > 0) break
  }
  return outcomes
}
