import { getHeapStatistics } from 'node:v8'
import type { DuckDBDataChunk, DuckDBMaterializedResult, DuckDBType } from '@duckdb/node-api'
import type { QueryRow, ResultPage } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { toQueryValue } from './to-query-value.js'
import { measureRows } from './value-bytes.js'

/** Rows of a page, and about as many bytes of values: what main deserialises in a fraction of a millisecond. */
const pageRows = 512
const pageBytes = 64 * 1024

/** A row of more bytes is converted while no call of DuckDB is under way. */
const largeRowBytes = 1024 * 1024

/** The part of the heap that a row may take: there are up to three copies of it while it is converted. */
const largestShare = 1 / 8

/** Hands out a result as rows of plain values, in pages small enough not to hold the thread that receives them. */
export class ResultPager {
  readonly #database: Database
  readonly #result: DuckDBMaterializedResult
  readonly #names: readonly string[]
  readonly #types: readonly DuckDBType[]
  #chunk: DuckDBDataChunk | undefined
  #bytesOf: (row: number) => number = () => 0
  #chunkIndex = 0
  #row = 0

  constructor(database: Database, result: DuckDBMaterializedResult) {
    this.#database = database
    this.#result = result
    this.#names = result.deduplicatedColumnNames()
    this.#types = result.columnTypes()
  }

  /** @throws `PERSIST_OUT_OF_MEMORY` for a row that could exhaust the heap. */
  async next(): Promise<ResultPage> {
    if (this.#currentChunk() === undefined) return { rows: [], isLast: true, isDeep: false }
    const bytes = this.#bytesOf(this.#row)
    const heapBytes = getHeapStatistics().heap_size_limit
    if (bytes > heapBytes * largestShare) {
      throw new WorkerFailure({
        code: 'PERSIST_OUT_OF_MEMORY',
        message: `A row of about ${bytes} bytes is too large for the heap of the worker, which has ${heapBytes}: see \`resourceLimits\``,
      })
    }
    return bytes > largeRowBytes ? this.#database.compute(() => this.#take()) : this.#take()
  }

  #take(): ResultPage {
    // A chunk keeps each string that was read from it; a new one on the same memory has none.
    if (this.#row > 0) this.#openChunk(this.#chunkIndex - 1)
    const rows: QueryRow[] = []
    let bytes = 0
    let isDeep = false
    for (let chunk = this.#currentChunk(); chunk !== undefined; chunk = this.#currentChunk()) {
      const isFull = rows.length === pageRows || bytes + this.#bytesOf(this.#row) > pageBytes
      // A page has at least one row, however large.
      if (isFull && rows.length > 0) return { rows, isLast: false, isDeep }
      const row: QueryRow = {}
      for (const [column, name] of this.#names.entries()) {
        const type = this.#types[column]
        if (type === undefined) continue
        const read = toQueryValue(chunk.getColumnVector(column).getItem(this.#row), type)
        const { value } = read
        bytes += read.bytes
        isDeep ||= read.isDeep
        // A column may be called __proto__, which an assignment would not make a property of.
        if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true })
        else row[name] = value
      }
      rows.push(row)
      this.#row++
    }
    return { rows, isLast: true, isDeep }
  }

  #currentChunk(): DuckDBDataChunk | undefined {
    while (this.#chunk === undefined || this.#row >= this.#chunk.rowCount) {
      if (this.#chunkIndex >= this.#result.chunkCount) return undefined
      this.#openChunk(this.#chunkIndex++)
      this.#row = 0
    }
    return this.#chunk
  }

  #openChunk(index: number): void {
    const chunk = this.#result.getChunk(index)
    this.#chunk = chunk
    this.#bytesOf = measureRows(chunk, this.#types)
  }
}
