import { now } from './real-timers.js'

/**
 * The part of the budget after which a slice ends. Garbage collection falls into slices and takes 1 to 3 ms: with all
 * of the budget used for encoding, the 99th percentile of the loop's delay was 4.1 ms above idle.
 */
const usedShare = 0.5

/** Rows that are there already, and small, are encoded without a look at the clock for about so long. */
const blindMs = 0.05
const mostBlindRows = 32
const mostBlindBytes = 8192

/**
 * Measures the slices of time in which encoding holds the main thread, and says when one is over.
 *
 * A slice ends by the clock, not after a number of rows: rows differ in size a thousandfold.
 */
export class TimeSlice {
  readonly #budgetMs: number
  readonly #onEnd: ((ms: number) => void) | undefined
  #startedAt = 0
  #lastSeenAt = 0
  #isRunning = false
  #slices = 0
  #longestMs = 0
  #overlong = 0
  #totalMs = 0
  /** Rows until the clock is looked at again, and how many they were when it last was. */
  #rowsLeft = 1
  #blindRows = 1
  #bytesSeen = 0

  /** @param onEnd - Called with the length of each slice. */
  constructor(budgetMs: number, onEnd?: (ms: number) => void) {
    this.#budgetMs = budgetMs
    this.#onEnd = onEnd
  }

  get slices(): number {
    return this.#slices
  }

  get longestMs(): number {
    return this.#longestMs
  }

  /** Slices of more than twice the budget. */
  get overlong(): number {
    return this.#overlong
  }

  get totalMs(): number {
    return this.#totalMs
  }

  start(): void {
    this.#isRunning = true
    this.#startedAt = now()
    this.#lastSeenAt = this.#startedAt
  }

  /** True when it is time to yield. A call costs about 0.05 µs, so it can be asked after every row. */
  isOver(): boolean {
    this.#lastSeenAt = now()
    return this.#lastSeenAt - this.#startedAt >= this.#budgetMs * usedShare
  }

  /**
   * The same for rows whose source takes no time, without a call for each: the clock is looked at after as many rows
   * as have lately been encoded in 0.05 ms, and at once after 8 KiB of strings.
   *
   * @param textBytes - Bytes of strings in the batch.
   */
  isOverAfter(textBytes: number): boolean {
    const bytes = textBytes - this.#bytesSeen
    if (--this.#rowsLeft > 0 && bytes >= 0 && bytes <= mostBlindBytes) return false
    const since = this.#lastSeenAt
    const rows = this.#blindRows - this.#rowsLeft
    const isOver = this.isOver()
    const rowsInTime = Math.floor((blindMs * rows) / (this.#lastSeenAt - since))
    this.#blindRows = Math.min(Math.max(rowsInTime, 1), mostBlindRows)
    this.#rowsLeft = this.#blindRows
    this.#bytesSeen = textBytes
    return isOver
  }

  end(): void {
    if (!this.#isRunning) return
    this.#record(now() - this.#startedAt)
  }

  /** Ends a slice that ended, unnoticed, when `isOver` was last asked: the source has made us wait since. */
  endAtLastSeen(): void {
    if (this.#isRunning) this.#record(this.#lastSeenAt - this.#startedAt)
  }

  #record(ms: number): void {
    this.#isRunning = false
    this.#slices++
    this.#totalMs += ms
    this.#longestMs = Math.max(this.#longestMs, ms)
    if (ms > 2 * this.#budgetMs) this.#overlong++
    this.#onEnd?.(ms)
  }
}
