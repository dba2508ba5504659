import { clearTimeout, nextTurn, startTimer } from '../scheduling/real-timers.js'

/** @returns undefined where it takes longer. @throws what it rejects with. */
export function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    // What came while this thread was held is only heard in a turn of the event loop.
    const timer = startTimer(() => void nextTurn().then(() => resolve(undefined)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
