import { clearTimeout, startTimer, wallNow } from '../scheduling/real-timers.js'
import { runInSlices } from '../scheduling/sliced-loop.js'

/** What has entries that expire. */
interface Sweepable {
  /** Milliseconds since 1970, UTC; undefined where none expires. */
  readonly nextExpiry: number | undefined
  /** Deletes what has expired, an entry with each step. */
  removeExpired(): Generator<void>
}

/** How long, in milliseconds, what has expired is in memory at most, though nobody reads it, so that many go together. */
const restMs = 1000

/** Deletes entries that have expired, so that they are neither in memory nor in the database for longer than need be. */
export class ExpirySweep {
  readonly #memory: Sweepable
  readonly #sliceBudgetMs: number
  readonly #swept: () => void
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #isAllowed = false

  /** @param swept - Called when some were deleted. */
  constructor(memory: Sweepable, sliceBudgetMs: number, swept: () => void) {
    this.#memory = memory
    this.#sliceBudgetMs = sliceBudgetMs
    this.#swept = swept
  }

  /** @param database - Undefined where none is open. Of one that is read-only, deletions could never be saved. */
  start(database: { readonly isReadOnly: boolean } | undefined): void {
    this.#isAllowed = database?.isReadOnly === false
    this.schedule()
  }

  /** To be called after changes. */
  schedule(): void {
    const { nextExpiry } = this.#memory
    if (!this.#isAllowed || nextExpiry === undefined) return
    const now = wallNow()
    const dueAt = Math.max(nextExpiry, now) + restMs
    if (dueAt >= this.#dueAt) return
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = startTimer(() => this.#run(), dueAt - now)
    // A process with nothing else to do ends.
    this.#timer.unref()
  }

  /** Nothing is deleted any more until it is started. */
  stop(): void {
    this.#isAllowed = false
    clearTimeout(this.#timer)
    this.#dueAt = Number.POSITIVE_INFINITY
  }

  #run(): void {
    void runInSlices(this.#steps(), this.#sliceBudgetMs).then(() => {
      if (!this.#isAllowed) return
      this.#dueAt = Number.POSITIVE_INFINITY
      this.#swept()
      this.schedule()
    })
  }

  *#steps(): Generator<void> {
    for (const _ of this.#memory.removeExpired()) {
      // It was stopped meanwhile.
      if (!this.#isAllowed) return
      yield
    }
  }
}
