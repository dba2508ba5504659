import { setTimeout } from 'node:timers/promises'

/** For so long after a request, in milliseconds, another one is likely. */
const presentMs = 1_000

/** How long, in milliseconds, something long waits at most before it goes on. */
const giveWayMs = 5

/** Others who use the worker, and should not have to wait for what is long. */
export class Company {
  #lastAt = Number.NEGATIVE_INFINITY
  /** What is soon done, and under way. */
  readonly #shorts = new Set<Promise<unknown>>()

  /** Takes note of a request that may be soon done. */
  record(): void {
    this.#lastAt = performance.now()
  }

  /** Runs what is soon done, if nothing holds it up. */
  async runShort<Result>(task: () => Promise<Result>): Promise<Result> {
    this.record()
    const running = task()
    this.#shorts.add(running)
    try {
      return await running
    } finally {
      this.#shorts.delete(running)
    }
  }

  /** Whether there has been some just now. */
  get isPresent(): boolean {
    return performance.now() - this.#lastAt < presentMs
  }

  /** Waits, for a moment, for what is soon done. */
  async giveWay(): Promise<void> {
    if (this.#shorts.size === 0) return
    const shorts = [...this.#shorts].map((short) => short.catch(() => undefined))
    await Promise.race([...shorts, setTimeout(giveWayMs)])
  }
}
