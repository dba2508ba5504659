const stepMs = 100
const steps = 600

/** Values of the last minute, one for each tenth of a second. */
export class RecentValues {
  readonly #values: Map<number, number> = new Map()

  /** Where a step has a value, the larger one stays. */
  record(fromMs: number, toMs: number, value: number): void {
    const last = stepOf(toMs)
    const first = Math.max(Math.min(stepOf(fromMs) + 1, last), last - steps)
    for (let step = first; step <= last; step++) {
      this.#values.set(step, Math.max(value, this.#values.get(step) ?? value))
    }
  }

  clear(): void {
    this.#values.clear()
  }

  /** The minute up to now; null where nothing is known. */
  read(nowMs: number): (number | null)[] {
    const last = stepOf(nowMs)
    for (const step of this.#values.keys()) if (step <= last - steps) this.#values.delete(step)
    return Array.from({ length: steps }, (_, index) => this.#values.get(last - steps + 1 + index) ?? null)
  }

  /** The largest value of the last minute; 0 without any. */
  get highest(): number {
    return Math.max(0, ...this.#values.values())
  }
}

/** What `read()` returns values for, in seconds from now. */
export const secondsFromNow: readonly number[] = Array.from(
  { length: steps },
  (_, index) => ((index + 1 - steps) * stepMs) / 1000,
)

function stepOf(ms: number): number {
  return Math.floor(ms / stepMs)
}
