import type { DuckDBDataChunk, DuckDBMaterializedResult, DuckDBType } from '@duckdb/node-api'
import type { QueryRow, ResultPage } from '../../protocol/requests.js'
import { toQueryValue } from './to-query-value.js'

/** Rows of a page, and about as many bytes of values: what main deserialises in a fraction of a millisecond. */
const pageRows = 512
const pageBytes = 64 * 1024

/** Hands out a result as rows of plain values, in pages small enough not to hold the thread that receives them. */
export class ResultPager {
  readonly #result: DuckDBMaterializedResult
  readonly #names: readonly string[]
  readonly #types: readonly DuckDBType[]
  #chunk: DuckDBDataChunk | undefined
  #chunkIndex = 0
  #row = 0

  constructor(result: DuckDBMaterializedResult) {
    this.#result = result
    this.#names = result.deduplicatedColumnNames()
    this.#types = result.columnTypes()
  }

  next(): ResultPage {
    const rows: QueryRow[] = []
    let bytes = 0
    let isDeep = false
    while (rows.length < pageRows && bytes < pageBytes) {
      const chunk = this.#currentChunk()
      if (chunk === undefined) return { rows, isLast: true, isDeep }
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
    return { rows, isLast: this.#currentChunk() === undefined, isDeep }
  }

  #currentChunk(): DuckDBDataChunk | undefined {
    while (this.#chunk === undefined || this.#row >= this.#chunk.rowCount) {
      if (this.#chunkIndex >= this.#result.chunkCount) return undefined
      this.#chunk = this.#result.getChunk(this.#chunkIndex++)
      this.#row = 0
    }
    return this.#chunk
  }
}
