/** Adds integers up, of which many may be more than a number holds. */
export class ExactSum {
  #whole = 0n
  /** As far as it is exact: adding bigints one by one takes ten times as long. */
  #part = 0

  add(value: number): void {
    this.#part += value
    if (Math.abs(this.#part) < 2 ** 52) return
    this.#whole += BigInt(this.#part)
    this.#part = 0
  }

  toString(): string {
    return String(this.#whole + BigInt(this.#part))
  }
}
