/**
 * Time as it was when the library was imported, and as all of it is to take it.
 *
 * Test runners replace the global timers by fakes that stand still until the test moves them, and with them would stand
 * still whatever waits here for a turn of the event loop: a save, a long `persist()`, a `close()`. Nothing can be done
 * about fakes that are installed before the import.
 */

const { performance: realPerformance } = globalThis

const wallClock = Date.now.bind(Date)

export const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate
export const clearImmediate: typeof globalThis.clearImmediate = globalThis.clearImmediate
export const clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout

const { setTimeout }: typeof globalThis = globalThis

/** A longer timer fires at once: https://nodejs.org/docs/latest-v20.x/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1

/** Milliseconds since the process began, as of `performance.now()`. */
export const now: () => number = realPerformance.now.bind(realPerformance)

/** Like `setTimeout()`, where `ms` may be any number from 0 on: what is longer than 24.8 days ends by then. */
export function startTimer(callback: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(callback, Math.min(ms, longestTimerMs))
}

/** Resolves after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    startTimer(resolve, ms)
  })
}

/** Resolves once the event loop has had a turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** The time of the system's clock, in milliseconds since 1970, UTC. */
export function wallNow(): number {
  return wallClock()
}

/** The time of the system's clock, in microseconds since 1970, UTC. */
export function nowMicros(): bigint {
  const wallMs = wallClock()
  // Counted from the start of the process, which a correction of the clock since then is not part of.
  const preciseMs = realPerformance.timeOrigin + now()
  return BigInt(Math.floor(Math.min(Math.max(preciseMs, wallMs), wallMs + 0.999) * 1000))
}
