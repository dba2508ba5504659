/** Where a batch was when something began that may be taken back. */
export interface BatchMark {
  readonly rows: number
  readonly heapBytes: number
  readonly texts: number
  readonly textUnits: number
  /** How many times pending strings had been written. */
  readonly flushes: number
}
