import type { GroupWriter } from '../../protocol/requests.js'
import { BatchSeries } from '../encode/batch-series.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import { nextTurn } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { GroupedCall } from './grouped-call.js'
import { recordCommit, type WriteContext } from './persist-call.js'
import { nextTransaction } from './transaction-client.js'

/** Bytes of buffers from which on a group takes no more calls, and of rows from which on a call is too large for one. */
const mostBytes = 8 * 1024 * 1024

/** What the calls of a group write to one table. */
interface TableRows {
  readonly table: BoundTable
  readonly encoder: RowEncoder
  readonly series: BatchSeries
}

/** Calls whose rows are written in one transaction. */
export class CommitGroup {
  readonly #context: WriteContext
  readonly #slice: TimeSlice
  readonly #tables = new Map<string, TableRows>()
  readonly #calls: GroupedCall[] = []
  readonly #mostBytes: number
  #rows = 0
  /** How many there are of each table. */
  readonly #batches = new Map<string, number>()
  /** The last call that was taken, where it is too large to be part of a group. */
  tooLarge: GroupedCall | undefined

  constructor(context: WriteContext) {
    this.#context = context
    // The last call may need as much again.
    this.#mostBytes = Math.min(mostBytes, context.flow.maxBytes / 2)
    this.#slice = new TimeSlice(context.sliceBudgetMs)
  }

  /** Those whose rows are in it. */
  get calls(): readonly GroupedCall[] {
    return this.#calls
  }

  /**
   * Encodes calls, in slices, until it has enough; one that cannot be written is rejected, and has no part in it.
   *
   * @returns how many calls were taken.
   */
  async encode(calls: readonly GroupedCall[]): Promise<number> {
    const slice = this.#slice
    this.#startSlice()
    let taken = 0
    try {
      for (const call of calls) {
        if (this.tooLarge !== undefined || this.#bufferBytes > this.#mostBytes) break
        taken++
        await this.#encodeCall(call)
        if (slice.isOver()) await this.#yield()
      }
    } finally {
      slice.end()
    }
    return taken
  }

  /** Whether there is nothing to be written. */
  get isEmpty(): boolean {
    return this.#rows === 0
  }

  /** Has the worker write and commit everything, and gives the calls their receipts. */
  async commit(client: WorkerClient): Promise<void> {
    const { pool, flow, reading } = this.#context
    const transaction = nextTransaction()
    const writers = [...this.#tables.values()]
      .filter(({ series }) => series.rows > 0)
      .map((rows) => this.#toWriter(rows))
    const transferred = writers.flatMap(({ batches }) => batches.flatMap(buffersOf))
    const bytes = transferred.reduce((sum, { byteLength }) => sum + byteLength, 0)
    await flow.roomFor(bytes)
    flow.add(bytes)
    try {
      const request = { transaction, writers, reading }
      const { buffers, walBytes } = await client.request('group', request, transferred)
      for (const buffer of buffers) pool.give(buffer)
      recordCommit(this.#context, walBytes)
    } catch (error) {
      // A worker that has ended took its transactions with it.
      await client.request('rollback', { transaction }).catch(() => undefined)
      throw error
    } finally {
      flow.remove(bytes)
      pool.trim()
    }
    this.resolve()
  }

  /** Gives the calls their receipts. */
  resolve(): void {
    for (const call of this.#calls) {
      const batches = this.#batches.get(call.given.table.signature) ?? 0
      call.resolve(batches, this.#slice)
    }
  }

  /** Gives back what it needed for encoding. */
  release(): void {
    for (const { table, encoder, series } of this.#tables.values()) {
      series.rewind({ batches: 0, batch: undefined })
      table.encoders.giveBack(encoder)
    }
    this.#tables.clear()
  }

  get #bufferBytes(): number {
    let bytes = 0
    for (const { series } of this.#tables.values()) bytes += series.bufferBytes
    return bytes
  }

  async #encodeCall(call: GroupedCall): Promise<void> {
    try {
      const { series } = this.#rowsOf(call.given.table)
      const mark = series.mark()
      let end = 'time-over'
      try {
        while (end === 'time-over') {
          end = call.encode(series, this.#slice, this.#mostBytes)
          if (end === 'time-over') await this.#yield()
        }
      } finally {
        if (end !== 'all-encoded') series.rewind(mark)
      }
      if (end === 'too-large') {
        this.tooLarge = call
        return
      }
      this.#calls.push(call)
      this.#rows += call.goodRows
    } catch (error) {
      call.receipt.reject(error)
    }
  }

  #rowsOf(table: BoundTable): TableRows {
    const known = this.#tables.get(table.signature)
    if (known !== undefined) return known
    const encoder = table.encoders.lease(false)
    encoder.lookAtPrototype()
    const rows = { table, encoder, series: new BatchSeries(encoder, table.allocator) }
    this.#tables.set(table.signature, rows)
    return rows
  }

  #toWriter({ table, series }: TableRows): GroupWriter {
    const { ref, columns, key, signature } = table
    const batches = series.finish()
    this.#batches.set(signature, batches.length)
    return { table: ref, columns, key, onConflict: 'error', isChecked: false, batches }
  }

  #startSlice(): void {
    for (const { encoder } of this.#tables.values()) encoder.lookAtPrototype()
    this.#slice.start()
  }

  async #yield(): Promise<void> {
    this.#slice.end()
    await nextTurn()
    this.#startSlice()
  }
}

function buffersOf({ buffer, omitted }: GroupWriter['batches'][number]): ArrayBuffer[] {
  return omitted === undefined ? [buffer] : [buffer, omitted.buffer]
}
