import { PersistenceError } from '../contract/persistence-error.js'
import type { CallLimits } from '../contract/query-options.js'
import type { Cancellation } from './cancellation.js'
import { onAbort } from './on-abort.js'
import { clearTimeout, startTimer } from './real-timers.js'

/** Cancels when the signal is aborted, or the time is over. @returns a function that ends this. */
export function limitCall(
  what: string,
  cancellation: Cancellation,
  { signal, timeoutMs }: CallLimits,
): () => void {
  const stopListening = onAbort(signal, (error) => cancellation.cancel(error))
  if (timeoutMs === undefined) return stopListening
  const timer = startTimer(() => cancellation.cancel(timeOver(what, timeoutMs)), timeoutMs)
  return () => {
    clearTimeout(timer)
    stopListening()
  }
}

function timeOver(what: string, timeoutMs: number): PersistenceError {
  const cause = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
  return new PersistenceError('PERSIST_ABORTED', `${what} was not done in ${timeoutMs} ms`, { cause })
}
