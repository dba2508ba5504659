import type { DuckDBDataChunk, DuckDBResult, DuckDBType } from '@duckdb/node-api'
import { valueBytes } from '../../protocol/column-type.js'
import { numberVectorOf } from '../../protocol/number-vector.js'
import type { QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultBatch, ResultColumn, ResultPiece } from '../../protocol/result-batch.js'
import { uniqueNames } from '../../values/unique-names.js'
import type { Database } from '../database.js'
import { duckdb } from '../instance/duckdb.js'
import { BatchMemory } from './batch-memory.js'
import { encodingOf } from './column-encoding.js'
import { createVectorReader } from './create-vector-reader.js'
import { NumberCollector } from './number-collector.js'
import { refuseMisfits, Tally } from './reading-context.js'
import { checkRowBytes, largeRowBytes } from './row-bytes.js'
import { type Measure, measureRows } from './value-bytes.js'
import { createVectorCopier, type VectorCopier } from './vector-copier.js'
import { VectorRange } from './vector-range.js'
import type { VectorReader } from './vector-reader.js'

/** A batch is full with so many bytes of memory: enough that the way to main takes a small part of the time. */
const batchBytes = 256 * 1024
const mostPieces = 32

/** Values that are read here, of a batch: what main deserialises in a fraction of a millisecond. */
const valueRows = 512
const mostValueBytes = 64 * 1024

/** Rows whose values are about so large are copied without a look at each of them. */
const smallBytes = 1024 * 1024

/** A chunk, and how far it has been read. */
interface OpenChunk {
  readonly chunk: DuckDBDataChunk
  readonly measure: Measure
  row: number
}

interface Column extends ResultColumn {
  /** What takes its numbers, if they are to come all at once. */
  readonly collector?: NumberCollector
  /** Absent for one whose values are read here. */
  readonly copy?: VectorCopier
  readonly read?: VectorReader
}

/** Gives the next chunk of a result; null after the last. */
export type ChunkSource = () => Promise<DuckDBDataChunk | null>

/** Hands out a result as batches of vectors, which main decodes. */
export class ResultBatches {
  readonly #database: Database
  readonly #nextChunk: ChunkSource
  readonly #types: readonly DuckDBType[]
  readonly #columns: readonly Column[]
  readonly #collectedRows: number | undefined
  readonly #tally = new Tally()
  #open: OpenChunk | undefined
  #isAtEnd = false

  /**
   * @param collectedRows - Has the numbers of a column come all at once; so many rows the result has then.
   * @throws `PERSIST_OUT_OF_MEMORY` where there is no memory for so many numbers.
   */
  constructor(
    database: Database,
    result: DuckDBResult,
    nextChunk: ChunkSource,
    reading: Reading,
    collectedRows?: number,
  ) {
    this.#database = database
    this.#nextChunk = nextChunk
    this.#collectedRows = collectedRows
    const names = uniqueNames(result.columnNames())
    this.#types = result.columnTypes()
    this.#columns = this.#types.map((type, index) => this.#columnOf(names[index] ?? '', type, reading))
  }

  /** What main has to know before the first batch. */
  get columns(): readonly ResultColumn[] {
    return this.#columns.map(({ name, type, encoding, collected }) => ({
      name,
      type,
      ...(encoding === undefined ? {} : { encoding }),
      ...(collected === undefined ? {} : { collected }),
    }))
  }

  /** @throws `PERSIST_OUT_OF_MEMORY` for a row that could exhaust the heap. */
  async next(): Promise<ResultBatch> {
    const memory = new BatchMemory()
    const pieces: ResultPiece[] = []
    // What the memory is of, until it is copied.
    const chunks: DuckDBDataChunk[] = []
    this.#tally.bytes = 0
    this.#tally.isDeep = false
    for (let open = await this.#current(); open !== undefined; open = await this.#current()) {
      if (this.#isFull(memory, pieces)) break
      chunks.push(open.chunk)
      const bytes = open.measure(open.row, open.row + 1)
      checkRowBytes(bytes)
      const take = () => this.#take(open, memory)
      pieces.push(bytes > largeRowBytes ? await this.#database.compute(take) : take())
    }
    const batch = { buffer: memory.finish(), pieces, isLast: this.#isAtEnd, isDeep: this.#tally.isDeep }
    if (!this.#isAtEnd || this.#collectedRows === undefined) return batch
    return { ...batch, collected: this.#columns.flatMap(({ collector }) => collector?.finish() ?? []) }
  }

  #columnOf(name: string, type: DuckDBType, reading: Reading): Column {
    const column = { name, type: String(type) }
    const encoding = encodingOf(type)
    if (encoding !== undefined) {
      const collected = numberVectorOf(encoding.name, reading)
      if (collected !== undefined && this.#collectedRows !== undefined) {
        const collector = new NumberCollector(this.#collectedRows, valueBytes({ name: collected }))
        return { ...column, encoding, collected, collector }
      }
      return { ...column, encoding, copy: createVectorCopier(encoding) }
    }
    const misfit = refuseMisfits(name, type, reading)
    return { ...column, read: createVectorReader(type, { reading, tally: this.#tally, misfit }) }
  }

  #isFull(memory: BatchMemory, pieces: readonly ResultPiece[]): boolean {
    if (memory.size >= batchBytes || pieces.length === mostPieces) return true
    return pieces.length > 0 && this.#columns.some(({ read }) => read !== undefined)
  }

  /** The chunk that has the next row. */
  async #current(): Promise<OpenChunk | undefined> {
    while (!this.#isAtEnd && (this.#open === undefined || this.#open.row >= this.#open.chunk.rowCount)) {
      const chunk = await this.#nextChunk()
      this.#isAtEnd = chunk === null
      this.#open = chunk === null ? undefined : { chunk, measure: measureRows(chunk, this.#types), row: 0 }
    }
    return this.#open
  }

  /** Copies the next rows of a chunk. */
  #take(open: OpenChunk, memory: BatchMemory): ResultPiece {
    const { chunk, row: start } = open
    const values = this.#columns.flatMap(({ read }) => (read === undefined ? [] : [[] as QueryValue[]]))
    const end = values.length > 0 ? this.#readValues(open, values) : this.#endOfRows(open)
    const vectors: number[] = []
    for (const [index, { collector, copy }] of this.#columns.entries()) {
      if (collector === undefined && copy === undefined) continue
      const range = new VectorRange(duckdb.data_chunk_get_vector(chunk.chunk, index), start, end - start)
      collector?.take(range)
      copy?.(range, { memory, vectors })
    }
    open.row = end
    return { rowCount: end - start, vectors, values }
  }

  /** The rows from the next one on that are of `smallBytes` together, and at least one. */
  #endOfRows({ chunk, measure, row }: OpenChunk): number {
    const { rowCount } = chunk
    if (measure(row, rowCount) <= smallBytes) return rowCount
    let bytes = 0
    let end = row
    do bytes += measure(end, ++end)
    while (end < rowCount && bytes + measure(end, end + 1) <= smallBytes)
    return end
  }

  /** Reads the values of as many rows as a batch may have. */
  #readValues({ chunk, measure, row }: OpenChunk, values: readonly QueryValue[][]): number {
    const readers = this.#columns.flatMap(({ read }, index) => {
      if (read === undefined) return []
      return [read(duckdb.data_chunk_get_vector(chunk.chunk, index), chunk.rowCount)]
    })
    const last = Math.min(chunk.rowCount, row + valueRows)
    const tally = this.#tally
    let end = row
    do {
      for (const [index, readAt] of readers.entries()) values[index]?.push(readAt(end))
      tally.bytes += 16 * readers.length
      end++
    } while (end < last && tally.bytes + measure(end, end + 1) <= mostValueBytes)
    return end
  }
}
