/**
 * As many batches keep the worker at work while main is busy with something else for 50 ms. More would do no more, and
 * as their buffers come back, V8 counts them: 64 MiB of buffers make it collect all garbage of the process, which took
 * 0.27 s of the main thread beside an array of 1,000,000 rows.
 *
 * kExternalAllocationSoftLimit in https://github.com/v8/v8/blob/main/src/heap/heap.h
 */
const mostBatches = 16

/** Bounds the batches, and their bytes, that were handed to the worker and are not written yet. */
export class InFlightWindow {
  readonly #maxBytes: number
  #batches = 0
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

  /** Whether a batch of so many bytes may be handed over. One always may, however large. */
  hasRoom(bytes: number): boolean {
    if (this.#batches === 0) return true
    return this.#batches < mostBatches && this.#bytes + bytes <= this.#maxBytes
  }

  add(bytes: number): void {
    this.#batches++
    this.#bytes += bytes
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes)
  }

  remove(bytes: number): void {
    this.#batches--
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
