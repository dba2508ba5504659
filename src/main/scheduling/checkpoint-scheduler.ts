import { clearTimeout, startTimer } from './real-timers.js'
import type { WriteScheduler } from './write-scheduler.js'

/** Bytes of the write-ahead log from which on it is moved into the file when nothing waits; DuckDB's own limit. */
const idleWalBytes = 16 * 1024 * 1024

/** Bytes from which on it is moved before the next call: it is read again at an opening after a crash. */
export const maxWalBytes: number = 4 * idleWalBytes

/** How long, in milliseconds, nothing must have been written before the service counts as idle. */
const idleMs = 100

/**
 * Has the write-ahead log moved into the database file at a good moment.
 *
 * DuckDB does so within the commit that makes the log too long, and within nearly every commit that updates rows all
 * over a large table: 0.4 s each, where the commit itself takes 12 ms. Those who wait for that commit wait for it.
 */
export class CheckpointScheduler {
  readonly #scheduler: WriteScheduler
  readonly #isEnabled: boolean
  readonly #checkpoint: () => Promise<unknown>
  #timer: NodeJS.Timeout | undefined
  #isRunning = false
  #walBytes = 0

  /** @param checkpoint - Takes its turn among the writes. What it fails with is in the way of the next commit, too. */
  constructor(scheduler: WriteScheduler, isEnabled: boolean, checkpoint: () => Promise<unknown>) {
    this.#scheduler = scheduler
    this.#isEnabled = isEnabled
    this.#checkpoint = checkpoint
  }

  /** Bytes of the log after what was last committed, or after the last checkpoint. */
  get walBytes(): number {
    return this.#walBytes
  }

  /** A checkpoint was made, or tried. */
  recordCheckpoint(walBytes: number): void {
    this.#walBytes = walBytes
  }

  /** Something was committed, and the log is so long now. */
  record(walBytes: number): void {
    this.#walBytes = walBytes
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isEnabled) return
    if (walBytes >= maxWalBytes) this.#start()
    else if (walBytes >= idleWalBytes) this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    this.#timer = startTimer(() => {
      if (this.#scheduler.isBusy) this.#wait()
      else this.#start()
    }, idleMs)
    // DuckDB moves the log when it closes the file.
    this.#timer.unref()
  }

  #start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const end = () => {
      this.#isRunning = false
    }
    this.#checkpoint().then(end, end)
  }
}
