interface Part {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Memory that is to lie in one buffer, which is copied at once when all of it is known. */
export class BatchMemory {
  readonly #parts: Part[] = []
  #size = 0

  /** Bytes of the parts so far. */
  get size(): number {
    return this.#size
  }

  /**
   * @param bytes - Must stay as they are until `finish`.
   * @returns where they will be in the buffer.
   */
  add(bytes: Uint8Array): number {
    const offset = this.#size
    this.#parts.push({ offset, bytes })
    this.#size = offset + alignedBytes(bytes.byteLength)
    return offset
  }

  /** The same, directly behind the part that was added last. */
  addBehind(bytes: Uint8Array, end: number): void {
    this.#parts.push({ offset: end, bytes })
    this.#size = alignedBytes(end + bytes.byteLength)
  }

  finish(): ArrayBuffer {
    const memory = new Uint8Array(this.#size)
    for (const { offset, bytes } of this.#parts) memory.set(bytes, offset)
    return memory.buffer
  }
}

/** Typed arrays begin at multiples of their elements' size. */
function alignedBytes(bytes: number): number {
  return 8 * Math.ceil(bytes / 8)
}
