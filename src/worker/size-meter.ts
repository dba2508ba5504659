import type { InstanceSizes } from '../protocol/instance-news.js'
import type { Database } from './database.js'
import type { Health } from './health.js'

/** How often memory is measured, at most: it takes 0.4 ms, for which a call waits. */
const aloneIntervalMs = 1_000
/** The same while others are under way, who may hold it up for 20 ms: of a hundred small calls a second, one in a thousand. */
const besideIntervalMs = 10_000

/** Measures what an instance takes, when calls may have changed that. */
export class SizeMeter {
  readonly #database: Database
  readonly #health: Health
  readonly #isAlone: () => boolean
  #sizes: InstanceSizes = { fileBytes: 0, memoryBytes: 0 }
  #taken: InstanceSizes | undefined
  #measuredAt = Number.NEGATIVE_INFINITY

  /** @param isAlone - Whether no call but the one that has just been done is under way. */
  constructor(database: Database, health: Health, isAlone: () => boolean) {
    this.#database = database
    this.#health = health
    this.#isAlone = isAlone
  }

  /** Measures the file, and the memory if that was not measured just now; never rejects. */
  async update(): Promise<void> {
    try {
      this.#set({ fileBytes: this.#database.file?.bytes ?? 0 })
    } catch {
      // The call has done what it was to do: what is wrong with the file, the next one finds out.
    }
    const startedAt = performance.now()
    if (startedAt - this.#measuredAt < (this.#isAlone() ? aloneIntervalMs : besideIntervalMs)) return
    this.#measuredAt = startedAt
    try {
      // To the end: a call into DuckDB that nobody waits for would abort the process if the thread ended meanwhile.
      const { memory } = await this.#health.measure()
      if (memory !== undefined) this.#set({ memoryBytes: memory.memoryBytes })
    } catch {
      // As above, of the database.
    }
  }

  /** What has changed since it was taken last. */
  take(): InstanceSizes | undefined {
    if (this.#sizes === this.#taken) return undefined
    this.#taken = this.#sizes
    return this.#sizes
  }

  #set(changes: Partial<InstanceSizes>): void {
    const sizes = { ...this.#sizes, ...changes }
    const { fileBytes, memoryBytes } = this.#sizes
    if (sizes.fileBytes !== fileBytes || sizes.memoryBytes !== memoryBytes) this.#sizes = sizes
  }
}
