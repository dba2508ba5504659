import { reportLoss } from '../../process/report-loss.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { clearTimeout, nextTurn, startTimer } from '../scheduling/real-timers.js'
import type { StreamCommits, WriteCallback } from './stream-commits.js'
import { streamClosed } from './stream-error.js'
import { streamRegistry, type UnsavedStream } from './stream-registry.js'
import type { RowsAtExit, StreamTarget } from './stream-target.js'

/** Rows that Node has handed over. */
export interface Lot {
  readonly rows: readonly unknown[]
  /** Tells Node that they are taken: it may then hand over those that wait. */
  readonly callback: WriteCallback
}

/** The rows that Node keeps for the stream. */
export interface WaitingRows {
  /** Those of a lot among them whose callback has not been called. */
  readonly count: number
  /** Has `take` called with all of them, unless a lot is not taken yet, or the user has corked the stream: see `isForced`. */
  handOver(isForced: boolean): void
  /** Destroys the stream. */
  fail(error: Error): void
}

/** When the rows of a stream are committed: a commit takes all that wait, and one comes after the other. */
export class StepCommits implements UnsavedStream {
  readonly target: StreamTarget
  readonly #commits: StreamCommits
  readonly #options: ResolvedWriteStreamOptions
  readonly #waiting: WaitingRows
  /** Of all rows that were written. */
  #written = 0
  /** Since the first of the rows that wait. */
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  #running: readonly unknown[] | undefined
  /** What is to be committed after that. */
  #next: Lot | undefined
  /** Of rows whose commit has begun. */
  #callback: WriteCallback | undefined
  #settled: Promise<void> = Promise.resolve()
  #isDirty = false
  /** The service is closing, and what was written before is committed. */
  #isHeld = false
  #isStopped = false
  #lateError: Error | undefined
  /** Takes rows while the process is exiting. */
  #takeLast: ((rows: readonly unknown[]) => void) | undefined
  #isTaken = false

  constructor(
    target: StreamTarget,
    commits: StreamCommits,
    options: ResolvedWriteStreamOptions,
    waiting: WaitingRows,
  ) {
    this.target = target
    this.#commits = commits
    this.#options = options
    this.#waiting = waiting
  }

  /** Resolves when the commit that is under way has ended, well or not, and the next has begun. */
  get settled(): Promise<void> {
    return this.#settled
  }

  /** What a commit has failed with that was under way when the stream was destroyed. */
  get lateError(): Error | undefined {
    return this.#lateError
  }

  get isExiting(): boolean {
    return this.#takeLast !== undefined
  }

  /** A row was written, and waits. */
  record(): void {
    this.#written++
    this.#becomeDirty()
    this.#timer ??= this.#startTimer()
    if (this.#waiting.count >= this.#dueRows) this.beginIfDue()
  }

  take(lot: Lot): void {
    if (this.#takeLast !== undefined) {
      this.#takeLast(lot.rows)
      lot.callback()
    } else if (this.#running !== undefined || this.#isHeld) this.#next = lot
    else {
      this.#start(lot.rows)
      lot.callback()
    }
  }

  /** Begins a commit if it is time for one. */
  beginIfDue(): void {
    const { count } = this.#waiting
    if (count === 0 || this.#running !== undefined || this.#isHeld || this.#isStopped) return
    if (this.#isDue || count >= this.#dueRows) this.#waiting.handOver(false)
  }

  /** The stream is destroyed: what has not begun to be committed will not be. */
  stop(): void {
    this.#isStopped = true
    this.#next = undefined
    this.#stopTimer()
    if (this.#running === undefined) this.#becomeClean()
  }

  get hasDirty(): boolean {
    return this.#isDirty && !this.#isHeld && !this.#isStopped
  }

  /** Commits what was written until now. Where it cannot be, the stream is destroyed, and says so. */
  async save(): Promise<undefined> {
    const written = this.#written
    while (!this.#isStopped && this.#commits.committed.rows < written) {
      this.#waiting.handOver(true)
      await (this.#running === undefined ? nextTurn() : this.#settled)
    }
  }

  async saveLast(): Promise<void> {
    await this.save()
    this.#isHeld = true
  }

  reopen(): void {
    this.#isHeld = false
    this.#proceed()
  }

  async release(): Promise<void> {
    if (this.#isDirty && !this.#isStopped) this.#waiting.fail(streamClosed(this.#commits.committed))
  }

  takeAtExit(): readonly RowsAtExit[] {
    const lots: RowsAtExit[] = []
    let firstIndex = this.#commits.committed.rows
    const add = (rows: readonly unknown[], transaction?: number) => {
      lots.push({ rows, firstIndex, transaction })
      firstIndex += rows.length
    }
    if (this.#running !== undefined) add(this.#running, this.#commits.transaction)
    if (!this.#isStopped) this.#takeAll(add)
    this.#isTaken = true
    return lots
  }

  get rowsNotTaken(): number {
    if (this.#isTaken) return 0
    if (this.#isStopped) return this.#running?.length ?? 0
    return this.#written - this.#commits.committed.rows
  }

  get #dueRows(): number {
    return Math.min(this.#options.commitRows, this.#options.highWaterMark)
  }

  #takeAll(take: (rows: readonly unknown[]) => void): void {
    this.#takeLast = take
    const next = this.#next
    if (next !== undefined) take(next.rows)
    // Node hands over the rest at once.
    this.#callBack()
    next?.callback()
    this.#waiting.handOver(true)
    this.#takeLast = (rows) => {
      const stream = `the write stream to ${quoteName(this.target.name)}`
      reportLoss(`${rows.length} rows of ${stream} are lost at exit: they came after all had been saved`)
    }
  }

  #start(rows: readonly unknown[]): void {
    this.#stopTimer()
    this.#running = rows
    this.#settled = this.#commit(rows)
  }

  async #commit(rows: readonly unknown[]): Promise<void> {
    try {
      await this.#commits.commit(rows, this.#options.persist, true)
    } catch (error) {
      this.#running = undefined
      this.#fail(error as Error)
      return
    }
    this.#running = undefined
    this.#proceed()
  }

  #fail(error: Error): void {
    if (this.#isStopped) {
      this.#lateError = error
      this.#becomeClean()
    } else this.#waiting.fail(error)
  }

  /** A commit has ended, or the service stays open. */
  #proceed(): void {
    const next = this.#next
    this.#next = undefined
    if (next !== undefined) {
      this.#start(next.rows)
      this.#callback = next.callback
      // In a tick, and not in a promise: what listeners of 'drain' throw is uncaught.
      process.nextTick(() => this.#callBack())
    } else if (this.#isStopped || this.#waiting.count === 0) this.#becomeClean()
    else this.beginIfDue()
  }

  #callBack(): void {
    const callback = this.#callback
    this.#callback = undefined
    callback?.()
  }

  #startTimer(): NodeJS.Timeout {
    const timer = startTimer(() => {
      this.#isDue = true
      this.beginIfDue()
    }, this.#options.commitMs)
    // A process with nothing else to do ends, and what waits is committed before.
    return timer.unref()
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = false
  }

  #becomeDirty(): void {
    if (this.#isDirty || this.#isStopped) return
    this.#isDirty = true
    if (this.target.isOpen) streamRegistry.add(this)
    else this.#waiting.fail(streamClosed(this.#commits.committed))
  }

  #becomeClean(): void {
    if (this.#running !== undefined) return
    if (this.#isDirty) streamRegistry.delete(this)
    this.#isDirty = false
  }
}
