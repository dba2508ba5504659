import { type DuckDBAppender, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import { type EncodedBatch, vectorRows } from '../../protocol/batch-layout.js'
import { type BatchShape, describeVectors } from '../../protocol/batch-shape.js'
import { type ColumnDescriptor, formatColumnType, inlineStringBytes } from '../../protocol/column-type.js'
import type { TableRef } from '../../protocol/sql.js'
import { mismatch } from '../catalog/metadata-reader.js'
import { toColumnType } from '../catalog/to-column-type.js'
import { duckdb } from '../instance/duckdb.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { ChunkSink } from './chunk-sink.js'
import { StringHeap } from './string-heap.js'
import { type EncodedSegment, readSegments, VectorFiller } from './vector-filler.js'

/**
 * The appender keeps what it is given until 204,800 rows, however large they are; this bounds it by bytes. Appending
 * is a synchronous call, so a flush is also how long a read or another request waits in the worker. 1 to 8 MiB made
 * no difference to the time of 1,000,000 rows.
 */
const flushBytes = 2 * 1024 * 1024

/** What a staging table has after the columns of the rows. */
export interface StagingColumns {
  /** The ordinal of the next row; they count on from it. */
  readonly firstOrdinal: number
  /** Columns of omitted words; see `batch-layout.ts`. */
  readonly omittedWords: number
}

/** Writes batches with DuckDB's Appender: memory is copied into one reused data chunk, no value is converted. */
export class AppenderSink implements ChunkSink {
  readonly #appender: DuckDBAppender
  readonly #chunk: DuckDBDataChunk
  readonly #shape: BatchShape
  readonly #heap = new StringHeap()
  readonly #staging: StagingColumns | undefined
  /** Ordinals of a chunk, as pairs of 32-bit words. */
  readonly #ordinals = new Uint32Array(2 * vectorRows)
  readonly #noneOmitted = new Uint32Array(vectorRows)
  /** Whether it keeps everything until it is finished, but for what is more than DuckDB keeps. */
  flushesLate = false
  #nextOrdinal: number
  #unflushedBytes = 0
  #isClosed = false

  /**
   * @param appender - On a table whose writable columns are exactly `columns`, in this order.
   * @param staging - The table has these columns too: a BIGINT, and then an UINTEGER for each omitted word.
   */
  constructor(appender: DuckDBAppender, columns: readonly ColumnDescriptor[], staging?: StagingColumns) {
    this.#appender = appender
    this.#staging = staging
    this.#nextOrdinal = staging?.firstOrdinal ?? 0
    // The table's own logical types: with others the appender would cast every value.
    const count = columns.length + (staging === undefined ? 0 : 1 + staging.omittedWords)
    const types = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index))
    checkLayout(columns, types, count)
    const logicalTypes = types.map((type) => type.toLogicalType().logical_type)
    this.#chunk = new DuckDBDataChunk(duckdb.create_data_chunk(logicalTypes))
    this.#shape = describeVectors(columns.map(({ type }) => type))
  }

  static async open(
    connection: TransactionConnection,
    table: TableRef,
    columns: readonly ColumnDescriptor[],
    staging?: StagingColumns,
  ): Promise<AppenderSink> {
    return new AppenderSink(await connection.createAppender(table), columns, staging)
  }

  append(batch: EncodedBatch): void {
    const { rows } = batch
    const segments = readSegments(batch, this.#shape)
    this.#relocateStrings(batch, segments)
    const vectors = new VectorFiller(segments, batch)
    for (let start = 0; start < rows; start += vectorRows) {
      const count = Math.min(vectorRows, rows - start)
      for (const [index, node] of this.#shape.columns.entries()) {
        vectors.fill(duckdb.data_chunk_get_vector(this.#chunk.chunk, index), node, start, count)
      }
      if (this.#staging !== undefined) this.#fillStaging(this.#staging, batch, start, count)
      this.#chunk.rowCount = count
      this.#appender.appendDataChunk(this.#chunk)
      this.#chunk.reset()
    }
    this.#heap.clear()
    this.#unflushedBytes += batch.heapBytes
    for (const { layout, rows: used } of segments) {
      this.#unflushedBytes += layout.heapOffset * (used / layout.capacityRows)
    }
    if (this.flushesLate || this.#unflushedBytes < flushBytes) return
    this.flush()
  }

  /** Everything appended so far is part of the transaction when this returns. */
  flush(): void {
    this.#appender.flushSync()
    this.#unflushedBytes = 0
  }

  /** Everything appended is part of the transaction when this returns. */
  finish(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#appender.closeSync()
  }

  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    // An appender writes what it holds whenever it is closed, also by garbage collection after a ROLLBACK.
    this.#appender.clear()
    this.#appender.closeSync()
  }

  #relocateStrings({ buffer, heapBytes }: EncodedBatch, segments: readonly EncodedSegment[]): void {
    if (heapBytes <= inlineStringBytes) return
    this.#heap.load(buffer, segments[0]?.layout.heapOffset ?? 0, heapBytes)
    for (const [index, vectors] of this.#shape.segments.entries()) {
      const segment = segments[index]
      for (const { kind, place, perRow } of vectors) {
        if (kind !== 'string' || segment === undefined) continue
        this.#heap.relocate(segment.buffer, segment.layout.valueOffsets[place] ?? 0, segment.rows * perRow)
      }
    }
  }

  #fillStaging(staging: StagingColumns, batch: EncodedBatch, start: number, count: number): void {
    for (let index = 0; index < count; index++) {
      const ordinal = this.#nextOrdinal++
      this.#ordinals[2 * index] = ordinal
      this.#ordinals[2 * index + 1] = Math.floor(ordinal / 2 ** 32)
    }
    const { chunk } = this.#chunk
    let column = this.#shape.columns.length
    const ordinals = duckdb.data_chunk_get_vector(chunk, column++)
    duckdb.copy_data_to_vector(ordinals, 0, this.#ordinals.buffer, 0, 8 * count)
    for (let word = 0; word < staging.omittedWords; word++) {
      const vector = duckdb.data_chunk_get_vector(chunk, column++)
      const { buffer } = batch.omitted ?? this.#noneOmitted
      const offset = batch.omitted === undefined ? 0 : 4 * (word * batch.capacityRows + start)
      duckdb.copy_data_to_vector(vector, 0, buffer, offset, 4 * count)
    }
  }
}

/**
 * Memory is copied as `columns` lay it out. So what counts are not the columns that the catalog was read to have, but
 * those that the appender writes to; a later change of the table makes its flush fail.
 */
function checkLayout(
  columns: readonly ColumnDescriptor[],
  types: readonly DuckDBType[],
  count: number,
): void {
  const isSame = columns.every(({ type }, index) => {
    const appended = types[index]
    const current = appended && toColumnType(appended)
    return current !== undefined && formatColumnType(current) === formatColumnType(type)
  })
  if (isSame && types.length === count) return
  mismatch('The columns of the table have changed: get the table again with table()')
}
