import { PersistenceError } from '../contract/persistence-error.js'

/** Buffers that stay allocated while nothing is being persisted. */
const idleBuffers = 2

/** Keeps the buffers that came back from the worker, so that a long persist allocates each of them once. */
export class BufferPool {
  readonly #bufferBytes: number
  readonly #free: ArrayBuffer[] = []

  /**
   * @param bufferBytes - Size of the buffers that are kept; larger ones, made for one large row, are let go. Rounded
   * down to whole words of 8 bytes, for the views over a buffer need those.
   */
  constructor(bufferBytes: number) {
    this.#bufferBytes = bufferBytes - (bufferBytes % 8)
  }

  get bufferBytes(): number {
    return this.#bufferBytes
  }

  /** Bytes of the buffers that are kept for reuse. */
  get freeBytes(): number {
    return this.#free.length * this.#bufferBytes
  }

  /**
   * A buffer of at least `bytes`; what it holds is arbitrary.
   *
   * @throws `PERSIST_OUT_OF_MEMORY`.
   */
  take(bytes: number): ArrayBuffer {
    if (bytes > this.#bufferBytes) return allocate(bytes)
    return this.#free.pop() ?? allocate(this.#bufferBytes)
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === this.#bufferBytes) this.#free.push(buffer)
  }

  /** Lets go of what only a long persist needs. */
  trim(): void {
    if (this.#free.length > idleBuffers) this.#free.length = idleBuffers
  }
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    const message = `The process has no memory for a buffer of ${bytes} bytes`
    throw new PersistenceError('PERSIST_OUT_OF_MEMORY', message, { cause })
  }
}
