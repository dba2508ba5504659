import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import type { Database } from '../database.js'

/** The chunks of a result that are computed as they are asked for. */
export class StreamedChunks {
  readonly #database: Database
  readonly #result: DuckDBResult
  #isAtEnd = false

  constructor(database: Database, result: DuckDBResult) {
    this.#database = database
    this.#result = result
  }

  /** Null after the last one, and where the statement has failed. */
  async next(): Promise<DuckDBDataChunk | null> {
    const chunk = await this.#database.fetchCall(() => this.#result.fetchChunk())
    if (chunk !== null && chunk.rowCount > 0) return chunk
    this.#isAtEnd = true
    return null
  }

  /**
   * Whether what looked like the end was none: the bindings do not say that a statement has failed, nor with what. A result
   * is not called a streaming one then.
   */
  get hasFailed(): boolean {
    return this.#isAtEnd && !this.#result.isStreaming
  }

  /**
   * Ends a result that is not read to its end: DuckDB would keep the query, and with it the database and the lock of its
   * file, for as long as the result is in memory. Nothing of it may be under way.
   */
  async end(connection: DuckDBConnection): Promise<void> {
    while (!this.#isAtEnd) {
      connection.interrupt()
      const chunk = await this.#database.poolCallToTheEnd(() => this.#result.fetchChunk()).catch(() => null)
      this.#isAtEnd = chunk === null || chunk.rowCount === 0
    }
  }
}
