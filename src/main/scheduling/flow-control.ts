import { Deferred } from '../../sync/deferred.js'

/**
 * For as long as DuckDB compresses a row group, 0.15 s where it is of JSON, main encodes 20 batches: with 16 at most it
 * had to wait, and 1,000,000 rows of key and JSON took 1.02 s instead of 0.82. More than 32 were no faster, and 64 MiB
 * of buffers, which V8 counts as they come back, make it collect all garbage of the process: 0.27 s of the main thread
 * beside an array of 1,000,000 rows.
 *
 * kExternalAllocationSoftLimit in https://github.com/v8/v8/blob/11.3.244/include/v8-internal.h, which Node 20 has
 */
const mostBatches = 32

/** Bounds the batches, and their bytes, that were handed to the worker and are not written yet. */
export class FlowControl {
  readonly #maxBytes: number
  #batches = 0
  #bytes = 0
  #peakBytes = 0
  #waiters: Deferred<void>[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get maxBytes(): number {
    return this.#maxBytes
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
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.resolve()
  }

  /** Resolves when so many bytes may be handed over, in however many batches. */
  async roomFor(bytes: number): Promise<void> {
    while (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) await this.released()
  }

  /** Resolves when bytes were written. Those who wait are woken in their order. */
  released(): Promise<void> {
    const waiter = new Deferred<void>()
    this.#waiters.push(waiter)
    return waiter.promise
  }
}
