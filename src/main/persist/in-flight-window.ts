/** Bounds the bytes that were handed to the worker and are not written yet. */
export class InFlightWindow {
  readonly #maxBytes: number
  #bytes = 0
  #peakBytes = 0
  #wake: (() => void) | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get peakBytes(): number {
    return this.#peakBytes
  }

  /** Whether `bytes` more may be handed over. One batch always may, however large. */
  hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#maxBytes
  }

  add(bytes: number): void {
    this.#bytes += bytes
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes)
  }

  remove(bytes: number): void {
    this.#bytes -= bytes
    this.#wake?.()
    this.#wake = undefined
  }

  /** Resolves when bytes were written. Only one waits at a time, for only one persists at a time. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
