import type { EncodedBatch } from '../protocol/batch-layout.js'

/**
 * Puts encoded rows into a table, within the transaction of its connection.
 *
 * An interface of our own, for DuckDB's next C API has no appender: https://github.com/duckdb/duckdb-node-neo/issues/483
 */
export interface RowWriter {
  append(batch: EncodedBatch): void
  /** Everything appended is part of the transaction when this returns. */
  finish(): void
  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void
}
