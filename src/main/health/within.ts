import { clearTimeout, nextTurn, now, startTimer } from '../scheduling/real-timers.js'

/** A timer that is so many milliseconds late shows that the event loop was held. */
const heldMs = 20

/**
 * Waits for a promise, but not for long. Time for which the event loop is held does not count, once: what has come
 * meanwhile is not heard yet, and what was to be asked may not even be on its way.
 *
 * @returns undefined where it takes longer. @throws what it rejects with.
 */
export function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout
    const wait = (isLast: boolean) => {
      const dueAt = now() + ms
      timer = startTimer(() => {
        if (!isLast && now() - dueAt > heldMs) wait(true)
        // The turn is for what comes at the same time.
        else void nextTurn().then(() => resolve(undefined))
      }, ms)
    }
    wait(false)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
