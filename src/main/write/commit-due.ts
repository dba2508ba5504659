import { clearTimeout, startTimer } from '../scheduling/real-timers.js'

interface Limits {
  /** Rows that are not to wait. */
  readonly rows: number
  /** How long the first row waits. */
  readonly ms: number
}

/** Whether it is time to commit the rows that wait: they are many, or the first of them has waited for long. */
export class CommitDue {
  readonly #limits: Limits
  readonly #late: () => void
  #timer: NodeJS.Timeout | undefined
  #isLate = false

  /** @param late - Called when the first row has waited for as long as it may. */
  constructor(limits: Limits, late: () => void) {
    this.#limits = limits
    this.#late = late
  }

  /** A row waits. */
  start(): void {
    if (this.#timer !== undefined) return
    const timer = startTimer(() => {
      this.#isLate = true
      this.#late()
    }, this.#limits.ms)
    // A process with nothing else to do ends, and what waits is committed before.
    this.#timer = timer.unref()
  }

  /** None waits any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isLate = false
  }

  isNow(rows: number): boolean {
    return this.#isLate || rows >= this.#limits.rows
  }
}
