import type { PersistenceError } from '../contract/persistence-error.js'
import type { Batch } from '../encode/batch.js'
import type { BatchAllocator } from '../encode/batch-allocator.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import { growingRow, type RowError } from '../encode/row-error.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { SourceCode } from '../scheduling/code-inside.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import { nextTurn, now } from '../scheduling/real-timers.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { RowStore } from './array-source.js'
import { AsyncLoop } from './async-loop.js'
import type { AsyncSource } from './async-source.js'
import { BlockSize } from './block-size.js'
import { CallEnded } from './call-ended.js'
import { ColumnsSource } from './columns-source.js'
import type { RejectionLog } from './rejection-log.js'
import type { RowSource } from './row-source.js'
import type { WriterClient } from './writer-client.js'

interface EncodeLoopParts {
  readonly source: RowSource
  /** The call that the source is asked for. */
  readonly call: Call
  readonly encoder: RowEncoder
  readonly allocator: BatchAllocator
  readonly flow: FlowControl
  readonly slice: TimeSlice
  readonly cancellation: Cancellation
  readonly log: RejectionLog
  readonly writer: WriterClient
}

/** Takes the rows of one `persist()` from their source, encodes them in slices, and hands the batches over. */
export class EncodeLoop {
  readonly #parts: EncodeLoopParts
  #batch: Batch | undefined
  #rows = 0
  #sentRows = 0

  constructor(parts: EncodeLoopParts) {
    this.#parts = parts
  }

  /** Rows taken from the source. */
  get rows(): number {
    return this.#rows
  }

  /** Rows handed over. */
  get sentRows(): number {
    return this.#sentRows
  }

  /**
   * Encodes and sends every row; nothing is committed by it.
   *
   * @returns what ends the call unless an earlier row is bad as well: all rows before its row have been sent.
   * @throws what else rejects the call.
   */
  async run(): Promise<PersistenceError | undefined> {
    const { source, slice, allocator, cancellation } = this.#parts
    try {
      cancellation.check()
      if (source.isAsync) await this.#takeAsync(source)
      else await (source instanceof ColumnsSource ? this.#takeColumns(source) : this.#takeSync(source))
      await this.#sendLast()
      return undefined
    } catch (error) {
      source.release()
      if (!(error instanceof CallEnded)) throw error
      await this.#sendLast()
      return error.rejection
    } finally {
      slice.end()
      if (this.#batch !== undefined) allocator.recycle(this.#batch)
    }
  }

  async #takeSync(source: Exclude<RowSource, AsyncSource>): Promise<void> {
    const { slice, encoder } = this.#parts
    const { store } = source
    slice.start()
    encoder.lookAtPrototype()
    do {
      while (source.advance()) {
        while (!this.#accept(source.row, store)) await this.#waitForWorker()
        const isOver = store === undefined ? slice.isOver() : slice.isOverAfter(encoder.variableBytes)
        // Rows are at rest only as long as nobody else has had a turn.
        if (isOver && !this.#takeBack(encoder.flushGroup(), store)) await this.#yield()
      }
    } while (this.#takeBack(encoder.flushGroup(), store))
  }

  async #takeColumns(source: ColumnsSource): Promise<void> {
    const { slice, encoder } = this.#parts
    const blocks = new BlockSize()
    slice.start()
    encoder.lookAtPrototype()
    while (source.position < source.length) {
      source.checkLengths()
      // One row begins the next batch.
      if (!encoder.hasRoom) await this.#takeRows(source, 1)
      if (source.position === source.length) return
      const startedAt = now()
      const most = Math.min(source.length - source.position, blocks.rows)
      const written = encoder.encodeBlock(source.columns, source.position, most)
      if (typeof written === 'number') this.#skip(source, written)
      else if (written === 'bad-row' || blocks.isSmallest) await this.#takeRows(source, most)
      if (written === 'batch-full') blocks.halve()
      else blocks.learn(most, now() - startedAt)
      if (slice.isOver()) await this.#yield()
    }
  }

  /** The rows of a block one by one. */
  async #takeRows(source: ColumnsSource, count: number): Promise<void> {
    const { slice } = this.#parts
    for (let left = count; left > 0 && source.advance(); left--) {
      while (!this.#accept(source.row)) await this.#waitForWorker()
      if (slice.isOver()) await this.#yield()
    }
  }

  #skip(source: ColumnsSource, rows: number): void {
    const { log, writer } = this.#parts
    source.skip(rows)
    if (this.#rows === log.count) writer.begin()
    this.#rows += rows
  }

  /** Goes back to encode the last rows again; false where there are none. */
  #takeBack(rows: number, store: RowStore | undefined): boolean {
    store?.goBack(rows)
    this.#rows -= rows
    return rows > 0
  }

  async #takeAsync(source: AsyncSource): Promise<void> {
    const { slice, cancellation, encoder, call } = this.#parts
    const code = new SourceCode(call)
    const loop = new AsyncLoop({
      source,
      code,
      slice,
      cancellation,
      resumed: () => encoder.lookAtPrototype(),
      accept: (row) => this.#accept(row),
    })
    try {
      for (let end = await loop.takeSlice(); end !== 'source-ended'; end = await loop.takeSlice()) {
        if (end === 'worker-behind') {
          do await this.#waitForWorker(code)
          while (!this.#accept(loop.refused))
        }
        if (end === 'time-over') await this.#yield()
        else slice.end()
      }
    } finally {
      code.end()
    }
  }

  /** Encodes a row, or counts it as rejected; false while there is no room for it. */
  #accept(row: unknown, store?: RowStore): boolean {
    const { encoder, allocator, log, writer } = this.#parts
    let attempts = 0
    for (;;) {
      const outcome = store === undefined ? encoder.encode(row) : encoder.encodeGrouped(row)
      if (outcome === undefined) {
        if (this.#rows++ === log.count) writer.begin()
        return true
      }
      if (typeof outcome === 'number') {
        // This row is not counted yet.
        this.#rows++
        return this.#takeBack(outcome, store)
      }
      if (outcome !== 'batch-full') {
        this.#reject(row, outcome)
        return true
      }
      const needed = this.#batch?.neededRowBytes ?? 0
      const isAlone = this.#batch?.rows === 0
      if (!this.#sendBatch()) return false
      if (isAlone && ++attempts > encoder.mostAttempts) {
        // Else the next row would go into the batch that is gone.
        encoder.detach()
        this.#reject(row, growingRow)
        return true
      }
      // What the row itself needs, as far as it is known: it may turn out to need more with its next column.
      this.#batch = allocator.allocate(needed)
      encoder.attach(this.#batch)
    }
  }

  #reject(row: unknown, rowError: RowError): void {
    this.#parts.log.add(this.#rows++, row, rowError)
  }

  async #sendLast(): Promise<void> {
    while (!this.#sendBatch()) await this.#waitForWorker()
  }

  /** Hands the batch over, if it has rows; false while the worker is too far behind. */
  #sendBatch(): boolean {
    const batch = this.#batch
    if (batch === undefined) return true
    const { cancellation, writer, allocator } = this.#parts
    if (batch.rows > 0) {
      cancellation.check()
      const { rows } = batch
      if (!writer.trySend(batch)) return false
      this.#sentRows += rows
      allocator.observe(batch)
    } else allocator.recycle(batch)
    this.#batch = undefined
    return true
  }

  async #waitForWorker(code?: SourceCode): Promise<void> {
    const { slice, cancellation, flow } = this.#parts
    code?.reset()
    slice.end()
    await cancellation.guard(flow.released())
    slice.start()
  }

  async #yield(): Promise<void> {
    const { slice, cancellation } = this.#parts
    slice.end()
    await nextTurn()
    this.#parts.encoder.lookAtPrototype()
    cancellation.check()
    slice.start()
  }
}
