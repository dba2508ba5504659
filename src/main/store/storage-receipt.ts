import type { Receipt } from '../contract/receipt.js'

/** What became of the changes of one save. `rows` is `inserted + updated + deleted + rejected`. */
export interface StorageReceipt extends Omit<Receipt, 'ignored'> {
  /** Keys that were deleted; a `clear()` counts as one. */
  readonly deleted: number
}

export const emptyReceipt: StorageReceipt = Object.freeze({
  rows: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  rejected: 0,
  rejections: [],
  bytes: 0,
  batches: 0,
  slices: 0,
  longestSliceMs: 0,
  overlongSlices: 0,
  encodeMs: 0,
  totalMs: 0,
})
