import { AsyncResource } from 'node:async_hooks'
import { Deferred } from '../../sync/deferred.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { BatchSeries } from '../encode/batch-series.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { now } from '../scheduling/real-timers.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { ArraySource } from './array-source.js'
import { RejectionLog } from './rejection-log.js'

type EncodeEnd = 'all-encoded' | 'time-over' | 'too-large'

/** What a call needs to be written. */
export interface WriteCall {
  readonly table: BoundTable
  readonly source: ArraySource
  readonly options: ResolvedPersistOptions
  readonly cancellation: Cancellation
}

/** One call of `persist()` that shares a commit with others, from the call to its receipt. */
export class GroupedCall {
  readonly given: WriteCall
  readonly call: Call
  readonly receipt: Deferred<Receipt> = new Deferred()
  /** Code of the caller's runs for the call as if it ran where the call was made. */
  readonly #context = new AsyncResource('duckpaddle.persist')
  /** The same options, where a row is not asked about twice though it may be encoded twice. */
  readonly options: ResolvedPersistOptions
  readonly #stopWaiting: () => void
  #isCancelled = false
  readonly startedAt: number = now()
  /** Rows that the array had when the call was made. */
  readonly givenRows: number
  #log: RejectionLog
  #rows = 0
  #bytes = 0
  #encodeMs = 0
  #slices = 0

  constructor(given: WriteCall, call: Call) {
    this.given = given
    this.givenRows = given.source.length
    this.call = call
    this.options = rememberAnswers(given.options)
    this.#log = new RejectionLog(this.options, false)
    this.#stopWaiting = given.cancellation.onCancel((error) => {
      this.#isCancelled = true
      this.receipt.reject(error)
    })
  }

  /** From now on it is part of a group, and cannot be cancelled; false where it has been. */
  seal(): void {
    this.#stopWaiting()
  }

  /** Whether it was cancelled before it became part of a group. */
  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Forgets what was encoded, for it has to be encoded again. */
  restart(): void {
    const { source } = this.given
    source.goBack(this.#rows)
    this.#log = new RejectionLog(this.options, false)
    this.#rows = 0
    this.#bytes = 0
    this.#encodeMs = 0
    this.#slices = 0
  }

  /**
   * Encodes rows until all are, or until the slice is over.
   *
   * @param mostBytes - More than that are too much for a group.
   * @throws what rejects the call.
   */
  encode(series: BatchSeries, slice: TimeSlice, mostBytes: number): EncodeEnd {
    return this.#context.runInAsyncScope(() => this.#encode(series, slice, mostBytes))
  }

  #encode(series: BatchSeries, slice: TimeSlice, mostBytes: number): EncodeEnd {
    const { source } = this.given
    const startedAt = now()
    const bytesBefore = series.bytes
    this.#slices++
    let isOver = false
    while (!isOver && source.advance()) {
      const { row } = source
      const index = this.#rows++
      const problem = series.add(row)
      if (problem !== undefined) this.#log.add(index, row, problem)
      isOver = slice.isOver()
    }
    this.#bytes += series.bytes - bytesBefore
    this.#encodeMs += now() - startedAt
    if (this.#bytes > mostBytes) return 'too-large'
    return !isOver || this.#rows >= source.length ? 'all-encoded' : 'time-over'
  }

  /** Rows that are in the batches. */
  get goodRows(): number {
    return this.#rows - this.#log.count
  }

  /** @param batches - Of its group, to its table. */
  resolve(batches: number, slice: TimeSlice): void {
    this.receipt.resolve(
      Object.freeze({
        rows: this.#rows,
        inserted: this.goodRows,
        updated: 0,
        ignored: 0,
        rejected: this.#log.count,
        rejections: this.#log.rejections,
        bytes: this.#bytes,
        batches: this.goodRows === 0 ? 0 : batches,
        slices: this.#slices,
        longestSliceMs: slice.longestMs,
        overlongSlices: slice.overlong,
        encodeMs: this.#encodeMs,
        totalMs: now() - this.startedAt,
      }),
    )
  }
}

function rememberAnswers(options: ResolvedPersistOptions): ResolvedPersistOptions {
  const { onRowError } = options
  if (typeof onRowError !== 'function') return options
  const answers = new Map<number, 'skip' | 'abort'>()
  return {
    ...options,
    onRowError: (rejection) => {
      const answer = answers.get(rejection.index) ?? onRowError(rejection)
      answers.set(rejection.index, answer)
      return answer
    },
  }
}
