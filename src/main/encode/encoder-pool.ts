import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { RowEncoder } from './row-encoder.js'

/** More calls on one table at a time are rare, and an encoder is soon made. */
const mostIdle = 4

/**
 * Encoders of one table, each leased by one call at a time: an encoder is in the middle of a row, or of a batch, for as
 * long as its call is. One that comes back is used again, for it has found out what the rows look like.
 */
export class EncoderPool {
  readonly #columns: readonly ColumnDescriptor[]
  readonly #key: readonly string[]
  readonly #idle: RowEncoder[] = []

  /** @param key - Columns by which rows are told apart. */
  constructor(columns: readonly ColumnDescriptor[], key: readonly string[]) {
    this.#columns = columns
    this.#key = key
  }

  /** @param isUpdate - Whether rows may update others, whose columns stay as they are where a row does not carry them. */
  lease(isUpdate: boolean): RowEncoder {
    const encoder = this.#idle.pop() ?? new RowEncoder(this.#columns, this.#key)
    encoder.isUpdate = isUpdate
    return encoder
  }

  /** Runs `task` with an encoder that it leases. */
  async use<Result>(isUpdate: boolean, task: (encoder: RowEncoder) => Promise<Result>): Promise<Result> {
    const encoder = this.lease(isUpdate)
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
