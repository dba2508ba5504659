import type { Receipt } from '../contract/receipt.js'
import type { Draft, PersistTrace } from '../contract/traces.js'
import { channels } from './channels.js'
import { trace } from './trace.js'

/** Publishes a call of `persist()`, whose receipt has what is not known of it before. */
export function tracePersist(
  context: Draft<PersistTrace>,
  persist: () => Promise<Receipt>,
): Promise<Receipt> {
  return trace(channels.persist, context, persist, (receipt) => {
    const { rows, inserted, updated, ignored, rejected, bytes, encodeMs } = receipt
    Object.assign(context, { rows, inserted, updated, ignored, rejected, bytes, encodingMs: encodeMs })
  })
}
