import { PersistenceError } from '../contract/persistence-error.js'

/** Buffers that stay allocated while nothing is being persisted. */
const idleBuffers = 2

/** Keeps the buffers that came back from the worker, so that a long persist allocates each of them once. */
export class BufferPool {
  readonly #bufferBytes: number
  readonly #free: ArrayBuffer[] = []
  /** How many long persists are under way. */
  #holders = 0

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

  /** Keeps all buffers until the function that this returns is called: a long persist needs them again and again. */
  hold(): () => void {
    this.#holders++
    return () => {
      this.#holders--
      this.trim()
    }
  }

  /** Lets go of what only a long persist needs, unless one is under way. */
  trim(): void {
    if (this.#holders > 0) return
    for (const buffer of this.#free.splice(idleBuffers)) free(buffer)
  }
}

/**
 * Frees the memory of a buffer that may be old. V8 would do so only when it collects all garbage of the process, which it
 * begins to do for some 60 MB of such buffers, and which takes half a second where the heap is large. What takes the memory
 * over is new, and soon collected.
 */
function free(buffer: ArrayBuffer): void {
  // jsdom takes it away.
  globalThis.structuredClone?.(buffer, { transfer: [buffer] })
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    const message = `The process has no memory for a buffer of ${bytes} bytes`
    throw new PersistenceError('PERSIST_OUT_OF_MEMORY', message, { cause })
  }
}
