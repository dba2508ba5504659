/**
 * How the rows of one batch lie in one ArrayBuffer. Writer and reader both take the offsets from here.
 *
 * | region                | bytes                             | holds                                          |
 * | --------------------- | --------------------------------- | ---------------------------------------------- |
 * | validity of column 0  | 8 × ceil(capacityRows / 64)       | one bit per row, 1 = not NULL (little-endian)  |
 * | values of column 0    | capacityRows × bytes of one value | DuckDB's own vector layout                     |
 * | validity of column 1  | ...                               |                                                |
 * | heap                  | the rest of the buffer            | strings and blobs longer than 12 bytes         |
 *
 * Every region starts at a multiple of 8. A string entry whose length is over 12 holds, where DuckDB keeps the
 * pointer, the offset of its bytes from the start of the heap; the worker adds the address of its copy of the heap.
 * Bytes of the heap may belong to no value.
 *
 * Vector layout: https://duckdb.org/docs/stable/clients/c/vector
 */
export interface BatchLayout {
  /** Rows that the validity and value regions have room for. */
  readonly capacityRows: number
  /** Offset of each column's validity region, in bytes. */
  readonly validityOffsets: readonly number[]
  /** Offset of each column's value region, in bytes. */
  readonly valueOffsets: readonly number[]
  /** Offset of the heap, in bytes. */
  readonly heapOffset: number
}

/** Rows in a DuckDB vector (`duckdb_vector_size()`), and so in a data chunk. */
export const vectorRows = 2048

/** A batch on its way to the worker. Its buffer is transferred, and comes back in the reply. */
export interface EncodedBatch {
  readonly buffer: ArrayBuffer
  readonly capacityRows: number
  readonly rows: number
  readonly heapBytes: number
  /** Indexes of the columns that have at least one NULL in this batch. */
  readonly nullColumns: readonly number[]
  /**
   * Which columns the rows do not carry, where that is not the same as NULL and some row lacks one: bit `c % 32` of word
   * `floor(c / 32) × capacityRows + row` for column c. Such a column is NULL in the batch as well.
   *
   * (`Uint32Array<ArrayBuffer>`, as TypeScript before 5.7 can read it too: the declarations of the package reach here.)
   */
  readonly omitted?: Uint32Array & { readonly buffer: ArrayBuffer }
}

/** Words of 32 bits in which `omitted` keeps a row. */
export function omittedWords(columns: number): number {
  return Math.ceil(columns / 32)
}

/** Lays out `capacityRows` rows whose columns take `columnBytes` bytes per value. */
export function layOutBatch(columnBytes: readonly number[], capacityRows: number): BatchLayout {
  const validityOffsets: number[] = []
  const valueOffsets: number[] = []
  const validityBytes = 8 * Math.ceil(capacityRows / 64)
  let offset = 0
  for (const bytes of columnBytes) {
    validityOffsets.push(offset)
    offset += validityBytes
    valueOffsets.push(offset)
    offset += alignTo8(capacityRows * bytes)
  }
  return { capacityRows, validityOffsets, valueOffsets, heapOffset: offset }
}

function alignTo8(bytes: number): number {
  return (bytes + 7) & ~7
}
