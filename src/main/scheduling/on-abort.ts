import { PersistenceError } from '../contract/persistence-error.js'

interface Watch {
  readonly calls: Set<(error: PersistenceError) => void>
  readonly listener: () => void
}

/** Of the signals that calls are under way on. */
const watches = new WeakMap<AbortSignal, Watch>()

/**
 * Calls `fail` once the signal is aborted, and at once if it is.
 *
 * All calls on a signal share one listener: Node warns of a leak where there are more than ten.
 *
 * @returns a function that ends this.
 */
export function onAbort(
  signal: AbortSignal | undefined,
  fail: (error: PersistenceError) => void,
): () => void {
  if (signal === undefined) return ignore
  if (signal.aborted) {
    fail(aborted(signal))
    return ignore
  }
  const watch = watches.get(signal) ?? startWatch(signal)
  // Each call is one of its own.
  const call = (error: PersistenceError) => fail(error)
  watch.calls.add(call)
  return () => {
    if (!watch.calls.delete(call) || watch.calls.size > 0) return
    watches.delete(signal)
    signal.removeEventListener('abort', watch.listener)
  }
}

const ignore = () => undefined

function startWatch(signal: AbortSignal): Watch {
  const calls: Watch['calls'] = new Set()
  const listener = () => {
    for (const call of [...calls]) call(aborted(signal))
  }
  signal.addEventListener('abort', listener)
  const watch = { calls, listener }
  watches.set(signal, watch)
  return watch
}

function aborted(signal: AbortSignal): PersistenceError {
  // Signals of older libraries have none.
  const { reason = new DOMException('This operation was aborted', 'AbortError') }: { reason?: unknown } =
    signal
  return new PersistenceError('PERSIST_ABORTED', 'The signal was aborted', { cause: reason })
}
