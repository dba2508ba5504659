import type { QueryRow, QueryValue } from '../../protocol/query-value.js'
import type { ResultBatch } from '../../protocol/result-batch.js'

/** A row as an object or as an array; of columns, an array of nothing for each step of the work. */
export type DecodedItem = QueryRow | QueryValue[]

/** Makes what is asked for of the batches of a result, step by step: the caller decides when it has held the thread long enough. */
export interface BatchDecoder {
  /** Bytes of the texts that were decoded so far. */
  readonly textBytes: number
  /** Continues with a batch, whose predecessor has nothing left. */
  open(batch: ResultBatch): void
  /**
   * What comes next of the batch; undefined at its end.
   *
   * @throws `PERSIST_QUERY_FAILED` for a value that there is nothing of in JavaScript.
   */
  next(): DecodedItem | undefined
}
