import type { EncodedBatch } from '../../protocol/batch-layout.js'

/** Takes batches of rows into one table. What it is made of may go: DuckDB's next C API has no appender. */
export interface ChunkSink {
  append(batch: EncodedBatch): void | Promise<void>
  /** Everything appended is part of the transaction when this is over. */
  finish(): void | Promise<void>
  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void | Promise<void>
}
