import type { Rejection } from './rejection.js'

/**
 * What became of the rows of one `persist()`. Everything that it counts as written is committed; of a `persist()` that is part
 * of a transaction, when that is.
 */
export interface Receipt {
  /** Rows taken from the source: `inserted + updated + ignored + rejected`. */
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly ignored: number
  readonly rejected: number
  /** The first rejections, in the order of the rows; at most `maxRejections`. */
  readonly rejections: readonly Rejection[]
  /** Bytes handed to the worker. */
  readonly bytes: number
  /** Buffers handed to the worker. */
  readonly batches: number
  /** How many times encoding held the main thread. */
  readonly slices: number
  /** The longest of those times, in milliseconds. */
  readonly longestSliceMs: number
  /** How many of them took more than twice `sliceBudgetMs`. */
  readonly overlongSlices: number
  /** All those times together, in milliseconds. */
  readonly encodeMs: number
  /** From the call to the commit, or to its end in a transaction, in milliseconds; waiting for earlier calls included. */
  readonly totalMs: number
}

/** How far a running `persist()` has come. */
export interface Progress {
  /** Rows taken from the source. */
  readonly rows: number
  readonly rejected: number
  /** Rows that the worker has appended; none of them is committed yet. */
  readonly appended: number
  /** Bytes handed to the worker. */
  readonly bytes: number
}
