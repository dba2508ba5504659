import type { HeapMark } from './heap-segment.js'

/** Where a batch was when something began that may be taken back. */
export interface BatchMark extends HeapMark {
  readonly rows: number
  /** How many items each LIST had. */
  readonly items: readonly number[]
}
