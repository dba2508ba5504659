import { clearTimeout, startTimer } from '../scheduling/real-timers.js'
import type { ResolvedStorageOptions } from './storage-options.js'

/** Decides when changes are saved by themselves. */
export class AutoSave {
  readonly #options: ResolvedStorageOptions['autoPersist']
  readonly #save: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param options - Undefined where nothing is ever saved by itself. */
  constructor(options: ResolvedStorageOptions['autoPersist'], save: () => void) {
    this.#options = options
    this.#save = save
  }

  /** Something has changed, or could not be saved, and so many changes are due. */
  record(changes: number): void {
    if (this.#options === undefined || changes === 0) return
    if (changes >= this.#options.maxChanges) this.#fire()
    else this.start()
  }

  /** Saves after the longest delay, unless it is about to do so. */
  start(): void {
    if (this.#options === undefined || this.#timer !== undefined) return
    this.#timer = startTimer(() => this.#fire(), this.#options.maxDelayMs)
    // A process with nothing else to do ends, and what is due is written then.
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #fire(): void {
    this.stop()
    this.#save()
  }
}
