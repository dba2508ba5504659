/**
 * How the vectors of one segment lie in one ArrayBuffer. Writer and reader both take the offsets from here.
 *
 * | region                | bytes                              | holds                                          |
 * | --------------------- | ---------------------------------- | ---------------------------------------------- |
 * | validity of vector 0  | 8 × ceil(values / 64)              | one bit per value, 1 = not NULL (little-endian) |
 * | values of vector 0    | values × bytes of one value        | DuckDB's own vector layout                     |
 * | validity of vector 1  | ...                                |                                                |
 * | heap                  | the rest of the buffer             | strings and blobs longer than 12 bytes         |
 *
 * A vector has `capacityRows` values, or a multiple of it inside of an ARRAY. Every region starts at a multiple of 8. A
 * string entry whose length is over 12 holds, where DuckDB keeps the pointer, the offset of its bytes from the start of
 * the heap; the worker adds the address of its copy of the heap. Bytes of the heap may belong to no value.
 *
 * The items of a LIST are a segment of their own, without a heap: all strings of a batch are in that of its rows. An
 * entry of a LIST holds its length alone; its items follow those of the entry before.
 *
 * Vector layout: https://duckdb.org/docs/stable/clients/c/vector
 */
export interface BatchLayout {
  /** Rows that the validity and value regions have room for. */
  readonly capacityRows: number
  /** Offset of each vector's validity region, in bytes. */
  readonly validityOffsets: readonly number[]
  /** Offset of each vector's value region, in bytes. */
  readonly valueOffsets: readonly number[]
  /** Offset of the heap, in bytes. */
  readonly heapOffset: number
}

/** What a vector takes in its segment. */
export interface VectorSize {
  /** Bytes of one value; 0 where all there is of it are its validity and the vectors inside. */
  readonly bytes: number
  /** Values for each row of the segment. */
  readonly perRow: number
}

/** Rows in a DuckDB vector (`duckdb_vector_size()`), and so in a data chunk. */
export const vectorRows = 2048

/** A batch on its way to the worker. Its buffer is transferred, and comes back in the reply. */
export interface EncodedBatch {
  readonly buffer: ArrayBuffer
  readonly capacityRows: number
  readonly rows: number
  readonly heapBytes: number
  /** Indexes of the vectors (`VectorNode.index`) that have at least one NULL in this batch. */
  readonly nullVectors: readonly number[]
  /** Of each LIST, in the order of `BatchShape.segments`; absent where there is none. Transferred, too. */
  readonly items?: readonly EncodedItems[]
  /**
   * Which columns the rows do not carry, where that is not the same as NULL and some row lacks one: bit `c % 32` of word
   * `floor(c / 32) × capacityRows + row` for column c. Such a column is NULL in the batch as well.
   *
   * (`Uint32Array<ArrayBuffer>`, as TypeScript before 5.7 can read it too: the declarations of the package reach here.)
   */
  readonly omitted?: Uint32Array & { readonly buffer: ArrayBuffer }
}

/** The items of a LIST. */
export interface EncodedItems {
  readonly buffer: ArrayBuffer
  readonly capacityRows: number
  readonly rows: number
}

/** Buffers of a batch, all of them transferred; the first comes back. */
export function buffersOf({ buffer, omitted, items = [] }: EncodedBatch): ArrayBuffer[] {
  const buffers = [buffer, ...items.map((segment) => segment.buffer)]
  if (omitted !== undefined) buffers.push(omitted.buffer)
  return buffers
}

/** Words of 32 bits in which `omitted` keeps a row. */
export function omittedWords(columns: number): number {
  return Math.ceil(columns / 32)
}

/** Lays out `capacityRows` rows of the vectors of a segment. */
export function layOutBatch(vectors: readonly VectorSize[], capacityRows: number): BatchLayout {
  const validityOffsets: number[] = []
  const valueOffsets: number[] = []
  let offset = 0
  for (const { bytes, perRow } of vectors) {
    const values = capacityRows * perRow
    validityOffsets.push(offset)
    offset += 8 * Math.ceil(values / 64)
    valueOffsets.push(offset)
    offset += alignTo8(values * bytes)
  }
  return { capacityRows, validityOffsets, valueOffsets, heapOffset: offset }
}

/** Not by bits: a region may be longer than 32 bits count. */
function alignTo8(bytes: number): number {
  return 8 * Math.ceil(bytes / 8)
}
