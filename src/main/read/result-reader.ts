import type { Reading, ResultShape } from '../../protocol/query-value.js'
import type { ResultBatch, ResultColumn } from '../../protocol/result-batch.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Draft, QueryTrace } from '../contract/traces.js'
import type { BatchDecoder, DecodedItem } from '../decode/batch-decoder.js'
import { ColumnDecoder } from '../decode/column-decoder.js'
import type { CollectedColumn } from '../decode/column-values.js'
import { RowDecoder } from '../decode/row-decoder.js'
import { nextTurn } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { RowReader } from './row-reader.js'

/** A result of so many rows is large, as is one of more than a batch. */
const manyRows = 1000

/** What the first reply has of a result. */
interface FirstBatch {
  readonly columns: readonly ResultColumn[]
  readonly batch: ResultBatch
}

/**
 * Reads a result row by row, in time slices. While a batch is decoded the next one is on its way, and no more: this
 * bounds the memory of both threads.
 */
export class ResultReader implements RowReader {
  readonly shape: ResultShape
  readonly #decoder: BatchDecoder
  readonly #columns: ColumnDecoder | undefined
  readonly #slice: TimeSlice
  readonly #fetch: () => Promise<ResultBatch>
  readonly #trace: Draft<QueryTrace> | undefined
  /** Absent after the last batch. */
  #coming: Promise<ResultBatch> | undefined
  #isSliceOver = false

  /**
   * @param fetch - Asks for the next batch.
   * @param trace - Counts what has come.
   */
  constructor(
    { columns, batch }: FirstBatch,
    reading: Reading,
    shape: ResultShape,
    fetch: () => Promise<ResultBatch>,
    sliceBudgetMs: number,
    trace?: Draft<QueryTrace>,
  ) {
    this.#trace = trace
    this.shape = shape
    const isLarge = !batch.isLast || rowCountOf(batch) >= manyRows
    this.#columns = shape === 'columns' ? new ColumnDecoder(columns, reading, isLarge) : undefined
    this.#decoder = this.#columns ?? new RowDecoder(columns, reading, shape === 'arrays', isLarge)
    this.#fetch = fetch
    this.#slice = new TimeSlice(sliceBudgetMs)
    this.#slice.start()
    this.#open(batch)
  }

  /** Whether nothing of the result is left in the worker. */
  get isDone(): boolean {
    return this.#coming === undefined
  }

  /** The next row; undefined where `advance` is to be awaited first. */
  take(): DecodedItem | undefined {
    if (this.#isSliceOver) return undefined
    const row = this.#decode()
    if (row !== undefined && this.#slice.isOverAfter(this.#decoder.textBytes)) this.#isSliceOver = true
    return row
  }

  /** Gives the event loop a turn, or waits for the next batch. @returns false after the last row. */
  async advance(): Promise<boolean> {
    if (this.#isSliceOver) {
      this.#slice.end()
      await nextTurn()
      this.#isSliceOver = false
      this.#slice.start()
      return true
    }
    const coming = this.#coming
    if (coming === undefined) return false
    // The slice goes on where the batch is there already: nobody else has had a turn.
    this.#open(await coming)
    return true
  }

  /** The columns, in the shape `columns`, once everything is taken. */
  finish(): Iterator<unknown, Record<string, CollectedColumn>> {
    if (this.#columns === undefined) throw new TypeError('Expected the shape to be columns')
    return this.#columns.finish()
  }

  #open(batch: ResultBatch): void {
    if (this.#trace !== undefined) countBatch(this.#trace, batch)
    this.#decoder.open(batch)
    this.#coming = batch.isLast ? undefined : this.#fetch()
    // Awaited later, or never, where a row before has failed.
    this.#coming?.catch(() => undefined)
  }

  #decode(): DecodedItem | undefined {
    try {
      return this.#decoder.next()
    } catch (error) {
      if (error instanceof PersistenceError) throw error
      // Such as a string longer than JavaScript's may be.
      throw new PersistenceError('PERSIST_QUERY_FAILED', `The query failed: ${String(error)}`, {
        cause: error,
      })
    }
  }
}

function countBatch(trace: Draft<QueryTrace>, batch: ResultBatch): void {
  const collected = batch.collected?.reduce((sum, { numbers }) => sum + numbers.byteLength, 0)
  trace.rows = (trace.rows ?? 0) + rowCountOf(batch)
  trace.bytes = (trace.bytes ?? 0) + batch.buffer.byteLength + (collected ?? 0)
}

function rowCountOf({ pieces }: ResultBatch): number {
  return pieces.reduce((sum, { rowCount }) => sum + rowCount, 0)
}
