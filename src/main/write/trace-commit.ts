import type { CommitReply } from '../../protocol/write-requests.js'
import type { CommitTrace, Draft } from '../contract/traces.js'
import { channels } from '../diagnostics/channels.js'
import { trace } from '../diagnostics/trace.js'
import type { TransactionClient } from './transaction-client.js'

/** Commits, and publishes that to subscribers. @returns undefined where there was nothing to commit. */
export function commitTraced(
  transaction: TransactionClient,
  describe: () => Draft<CommitTrace>,
): Promise<CommitReply | undefined> {
  if (!channels.commit.hasSubscribers || !transaction.hasBegun) return transaction.commit()
  const context = describe()
  const complete = (reply: CommitReply | undefined) => {
    Object.assign(context, reply, { isCommitted: true })
  }
  return trace(channels.commit, context, () => transaction.commit(), complete)
}
