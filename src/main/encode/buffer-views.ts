/** A buffer, and views of the whole of it. */
export class BufferViews {
  buffer: ArrayBuffer
  bytes: Buffer
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  float32: Float32Array
  float64: Float64Array
  bigint64: BigInt64Array

  /** @param buffer - A multiple of 8 bytes long. */
  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer
    this.bytes = Buffer.from(buffer)
    this.int8 = new Int8Array(buffer)
    this.int16 = new Int16Array(buffer)
    this.int32 = new Int32Array(buffer)
    this.float32 = new Float32Array(buffer)
    this.float64 = new Float64Array(buffer)
    this.bigint64 = new BigInt64Array(buffer)
  }
}
