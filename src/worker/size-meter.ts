import { setTimeout } from 'node:timers/promises'
import type { InstanceSizes } from '../protocol/instance-news.js'
import type { Database } from './database.js'
import type { Health } from './health.js'

/** How often memory is measured, at most: it takes 0.4 ms, for which a call waits. */
const intervalMs = 1000
/** A call waits no longer for it, for it may be behind the commit of another: what comes later goes with the next answer. */
const mostMs = 5
/** Opening the database does, so that it is known from then on. */
const mostMsAtOpening = 200

/** Measures what an instance takes, when calls may have changed that. */
export class SizeMeter {
  readonly #database: Database
  readonly #health: Health
  #sizes: InstanceSizes = { fileBytes: 0, memoryBytes: 0 }
  #taken: InstanceSizes | undefined
  #measuredAt = Number.NEGATIVE_INFINITY

  constructor(database: Database, health: Health) {
    this.#database = database
    this.#health = health
  }

  /** Measures the file, and the memory if that was not measured within the last second; never rejects. */
  async update(): Promise<void> {
    try {
      this.#set({ fileBytes: this.#database.file?.bytes ?? 0 })
    } catch {
      // The call has done what it was to do: what is wrong with the file, the next one finds out.
    }
    const startedAt = performance.now()
    const elapsed = startedAt - this.#measuredAt
    if (elapsed < intervalMs) return
    this.#measuredAt = startedAt
    const limit = elapsed === Number.POSITIVE_INFINITY ? mostMsAtOpening : mostMs
    await Promise.race([this.#measureMemory(), setTimeout(limit, undefined, { ref: false })])
  }

  async #measureMemory(): Promise<void> {
    try {
      const { memory } = await this.#health.measure(intervalMs)
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
