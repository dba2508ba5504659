import { type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api'
import duckdb, { type Vector } from '@duckdb/node-bindings'
import { type EncodedBatch, layOutBatch, vectorRows } from '../protocol/batch-layout.js'
import {
  type ColumnDescriptor,
  inlineStringBytes,
  isStringType,
  valueBytes,
} from '../protocol/column-type.js'
import type { RowWriter } from './row-writer.js'
import { StringHeap } from './string-heap.js'

/**
 * The appender keeps what it is given until 204,800 rows, however large they are; this bounds it by bytes. Appending
 * is a synchronous call, so a flush is also how long a read or another request waits in the worker.
 */
const flushBytes = 8 * 1024 * 1024

interface Column {
  readonly vector: Vector
  readonly bytes: number
  readonly isString: boolean
}

/** Writes batches with DuckDB's Appender: memory is copied into one reused data chunk, no value is converted. */
export class AppenderWriter implements RowWriter {
  readonly #appender: DuckDBAppender
  readonly #chunk: DuckDBDataChunk
  readonly #columns: readonly Column[]
  readonly #columnBytes: readonly number[]
  readonly #heap = new StringHeap()
  #unflushedBytes = 0

  /** `appender` must be on a table whose writable columns are exactly `columns`, in this order. */
  constructor(appender: DuckDBAppender, columns: readonly ColumnDescriptor[]) {
    this.#appender = appender
    // The table's own logical types: with others the appender would cast every value.
    const types = columns.map((_, index) => appender.columnType(index).toLogicalType().logical_type)
    this.#chunk = new DuckDBDataChunk(duckdb.create_data_chunk(types))
    this.#columnBytes = columns.map((column) => valueBytes(column.type))
    this.#columns = columns.map((column, index) => ({
      vector: duckdb.data_chunk_get_vector(this.#chunk.chunk, index),
      bytes: valueBytes(column.type),
      isString: isStringType(column.type),
    }))
  }

  append(batch: EncodedBatch): void {
    const { buffer, rows, heapBytes } = batch
    const layout = layOutBatch(this.#columnBytes, batch.capacityRows)
    if (heapBytes > inlineStringBytes) {
      this.#heap.load(buffer, layout.heapOffset, heapBytes)
      for (const [index, column] of this.#columns.entries()) {
        if (column.isString) this.#heap.relocate(buffer, layout.valueOffsets[index] ?? 0, rows)
      }
    }
    for (let start = 0; start < rows; start += vectorRows) {
      const count = Math.min(vectorRows, rows - start)
      for (const [index, { vector, bytes }] of this.#columns.entries()) {
        const offset = (layout.valueOffsets[index] ?? 0) + start * bytes
        duckdb.copy_data_to_vector(vector, 0, buffer, offset, count * bytes)
      }
      for (const index of batch.nullColumns) {
        const { vector } = this.#columns[index] as Column
        const offset = (layout.validityOffsets[index] ?? 0) + start / 8
        duckdb.vector_ensure_validity_writable(vector)
        duckdb.copy_data_to_vector_validity(vector, 0, buffer, offset, 8 * Math.ceil(count / 64))
      }
      this.#chunk.rowCount = count
      this.#appender.appendDataChunk(this.#chunk)
      this.#chunk.reset()
    }
    this.#heap.clear()
    this.#unflushedBytes += heapBytes + layout.heapOffset * (rows / batch.capacityRows)
    if (this.#unflushedBytes < flushBytes) return
    this.#appender.flushSync()
    this.#unflushedBytes = 0
  }

  finish(): void {
    this.#appender.closeSync()
  }

  discard(): void {
    // An appender writes what it holds whenever it is closed, and be it by garbage collection after a ROLLBACK.
    this.#appender.clear()
    this.#appender.closeSync()
  }
}
