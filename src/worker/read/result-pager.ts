import type { DuckDBDataChunk, DuckDBMaterializedResult, DuckDBType } from '@duckdb/node-api'
import type { QueryRow, Reading } from '../../protocol/query-value.js'
import { setOwn } from '../../values/set-own.js'
import { uniqueNames } from '../../values/unique-names.js'
import type { Database } from '../database.js'
import { duckdb } from '../instance/duckdb.js'
import { createVectorReader } from './create-vector-reader.js'
import { keepMisfits, refuseMisfits, Tally } from './reading-context.js'
import { checkRowBytes, largeRowBytes } from './row-bytes.js'
import { type Measure, measureRows } from './value-bytes.js'
import type { ReadAt, VectorReader } from './vector-reader.js'

/** Rows of a page, and about as many bytes of values: what main deserialises in a fraction of a millisecond. */
const pageRows = 512
const pageBytes = 64 * 1024

/** What a value takes at least, roughly. */
const valueBytes = 16

interface ResultPage {
  readonly rows: readonly QueryRow[]
  /** True when this page is the last one. */
  readonly isLast: boolean
  /** True where a value is nested so deeply that the page is packed. */
  readonly isDeep: boolean
}

/** Hands out a result as rows of plain values, in pages small enough not to hold the thread that receives them. */
export class ResultPager {
  readonly #database: Database
  readonly #result: DuckDBMaterializedResult
  readonly #names: readonly string[]
  readonly #types: readonly DuckDBType[]
  readonly #readers: readonly VectorReader[]
  readonly #tally = new Tally()
  #chunk: DuckDBDataChunk | undefined
  #columns: readonly ReadAt[] = []
  #measure: Measure = () => 0
  #chunkIndex = 0
  #row = 0

  /** @param keepsMisfits - Reads as text what the option's type cannot hold, where it would else be refused. */
  constructor(database: Database, result: DuckDBMaterializedResult, reading: Reading, keepsMisfits = false) {
    this.#database = database
    this.#result = result
    this.#names = uniqueNames(result.columnNames())
    this.#types = result.columnTypes()
    this.#readers = this.#types.map((type, column) => {
      const name = this.#names[column] ?? ''
      const misfit = keepsMisfits ? keepMisfits : refuseMisfits(name, type, reading)
      return createVectorReader(type, { reading, tally: this.#tally, misfit })
    })
  }

  /** @throws `PERSIST_OUT_OF_MEMORY` for a row that could exhaust the heap. */
  async next(): Promise<ResultPage> {
    if (this.#currentChunk() === undefined) return { rows: [], isLast: true, isDeep: false }
    const bytes = this.#bytesOf(this.#row)
    checkRowBytes(bytes)
    return bytes > largeRowBytes ? this.#database.compute(() => this.#take()) : this.#take()
  }

  #take(): ResultPage {
    // A chunk keeps each string that was read from it; a new one on the same memory has none.
    if (this.#row > 0) this.#openChunk(this.#chunkIndex - 1)
    const tally = this.#tally
    tally.bytes = 0
    tally.isDeep = false
    const names = this.#names
    const rows: QueryRow[] = []
    for (let chunk = this.#currentChunk(); chunk !== undefined; chunk = this.#currentChunk()) {
      const isFull = rows.length === pageRows || tally.bytes + this.#bytesOf(this.#row) > pageBytes
      // A page has at least one row, however large.
      if (isFull && rows.length > 0) return { rows, isLast: false, isDeep: tally.isDeep }
      const row: QueryRow = {}
      for (let column = 0; column < names.length; column++) {
        // There is a reader for every name.
        setOwn(row, names[column] as string, (this.#columns[column] as ReadAt)(this.#row))
      }
      tally.bytes += valueBytes * names.length
      rows.push(row)
      this.#row++
    }
    return { rows, isLast: true, isDeep: tally.isDeep }
  }

  #bytesOf(row: number): number {
    return this.#measure(row, row + 1)
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
    this.#measure = measureRows(chunk, this.#types)
    this.#columns = this.#readers.map((reader, column) =>
      reader(duckdb.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount),
    )
  }
}
