import type { ColumnDescriptor, UnwritableColumn } from '../../protocol/column-type.js'
import { type EncodingOptions, RowEncoder } from './row-encoder.js'

/** More calls on one table at a time are rare, and an encoder is soon made. */
const mostIdle = 4

/**
 * Encoders of one table, each leased by one call at a time: an encoder is in the middle of a row, or of a batch, for as
 * long as its call is. One that comes back is used again, for it has found out what the rows look like.
 */
export class EncoderPool {
  readonly #columns: readonly ColumnDescriptor[]
  readonly #key: readonly string[]
  readonly #unwritable: readonly UnwritableColumn[]
  readonly #idle: RowEncoder[] = []

  /**
   * @param key - Columns by which rows are told apart.
   * @param unwritable - Columns that rows do not carry.
   */
  constructor(
    columns: readonly ColumnDescriptor[],
    key: readonly string[],
    unwritable: readonly UnwritableColumn[] = [],
  ) {
    this.#columns = columns
    this.#key = key
    this.#unwritable = unwritable
  }

  /** @param call - Of the options of the call whose rows are to be encoded, those that say how. */
  lease(call: EncodingOptions): RowEncoder {
    const encoder = this.#idle.pop() ?? new RowEncoder(this.#columns, this.#key, this.#unwritable)
    encoder.configure(call)
    return encoder
  }

  /** Runs `task` with an encoder that it leases. */
  async use<Result>(call: EncodingOptions, task: (encoder: RowEncoder) => Promise<Result>): Promise<Result> {
    const encoder = this.lease(call)
    try {
      return await task(encoder)
    } finally {
      this.giveBack(encoder)
    }
  }

  giveBack(encoder: RowEncoder): void {
    encoder.detach()
    if (this.#idle.length < mostIdle) this.#idle.push(encoder)
  }
}
