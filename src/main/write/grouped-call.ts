import { AsyncResource } from 'node:async_hooks'
import type { Violation } from '../../protocol/violation.js'
import type { GroupedOutcome } from '../../protocol/write-requests.js'
import { Deferred } from '../../sync/deferred.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { PersistenceError } from '../contract/persistence-error.js'
import type { Receipt } from '../contract/receipt.js'
import type { BatchSeries } from '../encode/batch-series.js'
import type { RowError } from '../encode/row-error.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { now } from '../scheduling/real-timers.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { ArraySource } from './array-source.js'
import { CallEnded } from './call-ended.js'
import { RejectionLog } from './rejection-log.js'

export type EncodeEnd = 'all-encoded' | 'time-over' | 'too-large'

/** Anything may be thrown. */
interface Failure {
  readonly error: unknown
}

/** What the calls of a group share of the time. */
export interface GroupTiming {
  readonly writingMs: number
  readonly commitMs: number
}

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
  /** How often it was in conflict with another process. */
  conflicts = 0
  /** Rows that the array had when the call was made. */
  readonly givenRows: number
  /** Made when it is first asked for: whether the table is checked is known by then. */
  #log: RejectionLog | undefined
  #rows = 0
  /** What it is rejected with, unless a row before the one that cannot be encoded is bad as well. */
  #ending: PersistenceError | undefined
  /** What it is rejected with. */
  #failure: Failure | undefined
  #outcome: GroupedOutcome | undefined
  #bytes = 0
  #encodeMs = 0
  #slices = 0

  constructor(given: WriteCall, call: Call) {
    this.given = given
    this.givenRows = given.source.length
    this.call = call
    this.options = rememberAnswers(given.options)
    this.#stopWaiting = given.cancellation.onCancel((error) => {
      this.#isCancelled = true
      this.receipt.reject(error)
    })
  }

  /** From now on it is part of a group, and cannot be cancelled. */
  seal(): void {
    this.#stopWaiting()
  }

  /** Whether it was cancelled before it became part of a group. */
  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Whether its rows are decided about and not written. */
  get isGivenUp(): boolean {
    return this.#ending !== undefined
  }

  /** Whether it is known to be rejected. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Whether some of its rows are in the table, and must not be. */
  get mustRollBack(): boolean {
    return this.#failure !== undefined && this.#outcome !== undefined && !this.#outcome.isWithdrawn
  }

  /** Forgets what was encoded, for it has to be encoded again. */
  restart(): void {
    const { source } = this.given
    source.goBack(this.#rows)
    this.#log = undefined
    this.#ending = undefined
    this.#failure = undefined
    this.#outcome = undefined
    this.#rows = 0
    this.#bytes = 0
    this.#encodeMs = 0
    this.#slices = 0
  }

  /** Takes note of what the worker has found, and lets the caller decide about the rows that it rejects. */
  async settle(outcome: GroupedOutcome, violations: readonly Violation[]): Promise<void> {
    this.#outcome = outcome
    const { table, source } = this.given
    const page = { violations, isLast: true, isDeep: false }
    const rowAt = source.store.rowAt.bind(source.store)
    const decide = () => this.#rejections.addViolations(() => Promise.resolve(page), table.key, rowAt)
    try {
      if (violations.length > 0) await this.#context.runInAsyncScope(decide)
      if (this.#ending !== undefined) this.#failure = { error: this.#ending }
    } catch (error) {
      this.#failure = { error }
    }
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
      if (problem !== undefined && !this.#recordProblem(index, row, problem)) break
      isOver = slice.isOver()
    }
    this.#bytes += series.bytes - bytesBefore
    this.#encodeMs += now() - startedAt
    if (this.#bytes > mostBytes) return 'too-large'
    return !isOver || this.#rows >= source.length ? 'all-encoded' : 'time-over'
  }

  /** @returns whether the call goes on. */
  #recordProblem(index: number, row: unknown, problem: RowError): boolean {
    try {
      this.#rejections.add(index, row, problem)
      return true
    } catch (error) {
      if (!(error instanceof CallEnded)) throw error
      // No row before it may be bad as well.
      if (index === this.#rejections.count) throw error.rejection
      this.#ending = error.rejection
      return false
    }
  }

  get #rejections(): RejectionLog {
    this.#log ??= new RejectionLog(this.options, this.given.table.isChecked)
    return this.#log
  }

  /** @param batches - Of its group, to its table. */
  resolve(batches: number, slice: TimeSlice, timing?: GroupTiming): void {
    const { trace } = this.options
    if (trace !== undefined) Object.assign(trace, timing)
    if (this.#failure !== undefined) {
      this.receipt.reject(this.#failure.error)
      return
    }
    const { count = 0, rejections = [] } = this.#log ?? {}
    const goodRows = this.#rows - count
    const { updated, ignored, rejected } = this.#outcome ?? noOutcome
    const inserted = this.#outcome?.inserted ?? goodRows
    this.receipt.resolve(
      Object.freeze({
        rows: this.#rows,
        inserted,
        updated,
        ignored,
        rejected: count + rejected,
        rejections,
        bytes: this.#bytes,
        batches: goodRows === 0 ? 0 : batches,
        slices: this.#slices,
        longestSliceMs: slice.longestMs,
        overlongSlices: slice.overlong,
        encodeMs: this.#encodeMs,
        totalMs: now() - this.startedAt,
      }),
    )
  }
}

const noOutcome = { updated: 0, ignored: 0, rejected: 0 }

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
