import type { Violation, ViolationPage } from '../../protocol/violation.js'
import type { GroupedOutcome, GroupWriter } from '../../protocol/write-requests.js'
import { BatchSeries, type SeriesMark } from '../encode/batch-series.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { EncodeEnd, GroupedCall } from './grouped-call.js'

/** A call, and where its rows are among those of its table. */
interface Range {
  readonly call: GroupedCall
  readonly firstRow: number
  readonly rows: number
}

interface SeriesPlace {
  readonly mark: SeriesMark
  readonly rows: number
}

/** What the calls of a group write to one table. */
export class GroupedRows {
  readonly table: BoundTable
  readonly #encoder: RowEncoder
  readonly #series: BatchSeries
  /** In the order of the calls. Those that have no row to be written are not among them. */
  readonly #ranges: Range[] = []
  #batches = 0

  constructor(table: BoundTable) {
    this.table = table
    this.#encoder = table.encoders.lease({ onConflict: 'error', parse: false })
    this.#encoder.lookAtPrototype()
    this.#series = new BatchSeries(this.#encoder, table.allocator)
  }

  get bufferBytes(): number {
    return this.#series.bufferBytes
  }

  /** Rows that are encoded. */
  get rows(): number {
    return this.#series.rows
  }

  /** Bytes of these rows. */
  get bytes(): number {
    return this.#series.bytes
  }

  /** Calls with rows to be written. */
  get count(): number {
    return this.#ranges.length
  }

  /** Batches that were handed over. */
  get batches(): number {
    return this.#batches
  }

  /** Other code has had a turn. */
  resume(): void {
    this.#encoder.lookAtPrototype()
  }

  /**
   * Encodes rows of a call, until all are or the slice is over. Where it turns out that they cannot all be, none of them is.
   *
   * @param before - Where the series was before the call.
   * @throws what rejects the call.
   */
  encode(call: GroupedCall, before: SeriesPlace, slice: TimeSlice, mostBytes: number): EncodeEnd {
    const series = this.#series
    let end: EncodeEnd = 'too-large'
    this.#encoder.configure(call.options)
    try {
      end = call.encode(series, slice, mostBytes)
    } finally {
      if (end === 'too-large') series.rewind(before.mark)
    }
    if (end !== 'all-encoded') return end
    const rows = series.rows - before.rows
    if (rows > 0) this.#ranges.push({ call, firstRow: before.rows, rows })
    return end
  }

  /** Where the rows of the next call begin. */
  get place(): SeriesPlace {
    return { mark: this.#series.mark(), rows: this.#series.rows }
  }

  /** What crosses the threads; nothing can be added after it. */
  finish(): GroupWriter {
    const { ref, columns, key, isChecked } = this.table
    const batches = this.#series.finish()
    this.#batches = batches.length
    const writer = { table: ref, columns, key, isChecked, batches }
    if (!isChecked) return { ...writer, onConflict: 'error' }
    const calls = this.#ranges.map(({ call, firstRow, rows }) => ({
      firstRow,
      rows,
      onConflict: call.options.onConflict,
      isAllOrNothing: call.options.onRowError === 'abort',
      isGivenUp: call.isGivenUp,
    }))
    const updates = calls.some(({ onConflict }) => onConflict === 'update')
    return { ...writer, onConflict: updates ? 'update' : 'error', calls }
  }

  /** Says to calls that ask for it where their rows are. */
  announce(transaction: number, writer: number): void {
    for (const [index, { call }] of this.#ranges.entries()) {
      const { part } = call.options
      if (part?.onTransaction === undefined) continue
      const view = { id: transaction, bytes: 0 }
      const place = { writer, call: index }
      part.onTransaction(this.table.isChecked ? { ...view, place } : view)
    }
  }

  /**
   * Has the callers decide about the rows that are rejected.
   *
   * @param outcomes - Of as many calls as the worker has decided about.
   * @param next - The next page of the rows that it rejects.
   * @returns the calls that are not decided about: by the worker, or because one before them must not be in the table.
   */
  async settle(
    outcomes: readonly GroupedOutcome[],
    next: () => Promise<ViolationPage>,
  ): Promise<readonly GroupedCall[]> {
    if (!this.table.isChecked) return []
    const hasRejected = outcomes.some(({ rejected }) => rejected > 0)
    const violations = hasRejected ? await this.#readViolations(next) : new Map<GroupedCall, Violation[]>()
    let settled = 0
    for (const outcome of outcomes) {
      const call = this.#ranges[settled++]?.call
      await call?.settle(outcome, violations.get(call) ?? [])
      if (call?.mustRollBack === true) break
    }
    return this.#ranges.slice(settled).map(({ call }) => call)
  }

  /** Gives back what it needed for encoding. */
  release(): void {
    this.#series.rewind({ batches: 0, batch: undefined })
    this.table.encoders.giveBack(this.#encoder)
  }

  /** Those of each call, as if it had been written alone. */
  async #readViolations(next: () => Promise<ViolationPage>): Promise<Map<GroupedCall, Violation[]>> {
    const ofCalls = new Map<GroupedCall, Violation[]>()
    let index = 0
    for (let isLast = false; !isLast; ) {
      const page = await next()
      isLast = page.isLast
      for (const violation of page.violations) {
        while (violation.ordinal >= this.#endOf(index)) index++
        const range = this.#ranges[index]
        if (range === undefined) continue
        const { call, firstRow } = range
        const { ordinal, conflictOrdinal } = violation
        const own = {
          ...violation,
          ordinal: ordinal - firstRow,
          ...(conflictOrdinal === undefined ? {} : { conflictOrdinal: conflictOrdinal - firstRow }),
        }
        const known = ofCalls.get(call)
        if (known === undefined) ofCalls.set(call, [own])
        else known.push(own)
      }
    }
    return ofCalls
  }

  #endOf(index: number): number {
    const range = this.#ranges[index]
    return range === undefined ? Number.POSITIVE_INFINITY : range.firstRow + range.rows
  }
}
