import { reportLoss } from '../../process/report-loss.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { nextTurn } from '../scheduling/real-timers.js'
import { CommitDue } from './commit-due.js'
import { CommitsUnderWay } from './commits-under-way.js'
import type { StreamCommits, WriteCallback } from './stream-commits.js'
import { streamClosed } from './stream-error.js'
import { streamRegistry, type UnsavedStream } from './stream-registry.js'
import type { RowsAtExit, StreamTarget } from './stream-target.js'

/** Rows that Node has handed over. */
interface Lot {
  readonly rows: unknown[]
  /** Tells Node that they are taken: it may then hand over those that wait. */
  readonly callback: WriteCallback
}

/** The rows that Node keeps for the stream. */
interface WaitingRows {
  /** Those of a lot among them whose callback has not been called. */
  readonly count: number
  /** Has `take` called with all of them, unless a lot is not taken yet, or the user has corked the stream: see `isForced`. */
  handOver(isForced: boolean): void
  /** Destroys the stream. */
  fail(error: Error): void
}

/** When the rows of a stream are committed: all that wait, when it is time to, or when its service or the process ends. */
export class StepCommits implements UnsavedStream {
  readonly target: StreamTarget
  readonly #commits: StreamCommits
  readonly #waiting: WaitingRows
  readonly #underWay: CommitsUnderWay
  readonly #due: CommitDue
  /** What is to be committed after those that are under way. */
  #next: Lot | undefined
  /** While it is held, the service is closing, and what was written before is committed. */
  #status: 'open' | 'held' | 'stopped' = 'open'
  #isDirty = false
  #lateError: Error | undefined
  /** Takes rows while the process is exiting. */
  #takeLast: ((rows: readonly unknown[]) => void) | undefined

  constructor(
    target: StreamTarget,
    commits: StreamCommits,
    options: ResolvedWriteStreamOptions,
    waiting: WaitingRows,
  ) {
    this.target = target
    this.#commits = commits
    this.#waiting = waiting
    const { commitRows, highWaterMark, commitMs } = options
    const limits = { rows: Math.min(commitRows, highWaterMark), ms: commitMs }
    this.#due = new CommitDue(limits, () => this.beginIfDue())
    this.#underWay = new CommitsUnderWay(commits, options, {
      grow: () => this.#grow(),
      proceed: () => this.#proceed(),
      failed: (error) => this.#fail(error),
    })
  }

  /** Resolves when the commits that are under way have ended, well or not. */
  get settled(): Promise<unknown> {
    return this.#underWay.settled
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
    this.#becomeDirty()
    this.#due.start()
    this.beginIfDue()
  }

  take(lot: Lot): void {
    const { rows, callback } = lot
    if (this.#takeLast !== undefined) {
      this.#takeLast(rows)
      callback()
    } else if (this.#underWay.add(rows)) {
      this.#due.stop()
      callback()
    } else if (this.#canBegin(rows.length)) this.#begin(lot)
    else this.#next = lot
  }

  /** Begins a commit if it is time for one. */
  beginIfDue(): void {
    const { count } = this.#waiting
    if (count === 0 || !this.#due.isNow(count) || this.#next !== undefined) return
    if (this.#canBegin(count)) this.#waiting.handOver(false)
  }

  /** The stream is destroyed: what has not begun to be committed will not be. */
  stop(): void {
    this.#status = 'stopped'
    this.#next = undefined
    this.#due.stop()
    this.#becomeClean()
  }

  get hasDirty(): boolean {
    return this.#isDirty && this.#status === 'open'
  }

  /** Commits what was written until now. Where it cannot be, the stream is destroyed, and says so. */
  async save(): Promise<undefined> {
    const written = this.#writtenRows
    while (this.#status !== 'stopped' && this.#commits.committed.rows < written) {
      this.#waiting.handOver(true)
      await (this.#underWay.isEmpty ? nextTurn() : this.settled)
    }
  }

  async saveLast(): Promise<void> {
    await this.save()
    if (this.#status === 'open') this.#status = 'held'
  }

  reopen(): void {
    if (this.#status === 'held') this.#status = 'open'
    this.#proceed()
  }

  async release(): Promise<void> {
    if (this.#isDirty && this.#status !== 'stopped') {
      this.#waiting.fail(streamClosed(this.#commits.committed))
    }
  }

  takeAtExit(): readonly RowsAtExit[] {
    const lots = this.#underWay.atExit()
    let firstIndex = this.#underWay.begunRows
    this.#takeLast = (rows) => {
      lots.push({ rows, firstIndex, written: undefined })
      firstIndex += rows.length
    }
    if (this.#status !== 'stopped') {
      const next = this.#next
      // Node hands over the rest at once.
      if (next !== undefined) this.take(next)
      this.#waiting.handOver(true)
    }
    this.#takeLast = (rows) => {
      const stream = `the write stream to ${quoteName(this.target.name)}`
      reportLoss(`${rows.length} rows of ${stream} are lost at exit: they came after all had been saved`)
    }
    return lots
  }

  get rowsNotTaken(): number {
    return this.isExiting ? 0 : this.#writtenRows - this.#commits.committed.rows
  }

  /** Those that are to be committed, or are. */
  get #writtenRows(): number {
    const { begunRows } = this.#underWay
    return this.#status === 'stopped' ? begunRows : begunRows + this.#waiting.count
  }

  #canBegin(rows: number): boolean {
    return this.#status === 'open' && this.#underWay.canBegin(rows)
  }

  #begin({ rows, callback }: Lot): void {
    this.#due.stop()
    this.#underWay.begin(rows)
    callback()
    // They have come after the lot.
    if (this.#waiting.count > 0) this.#due.start()
  }

  #grow(): void {
    if (this.#status === 'open' && !this.isExiting) this.#waiting.handOver(false)
  }

  #proceed(): void {
    if (this.#next === undefined) {
      this.beginIfDue()
      this.#becomeClean()
    } else {
      // In a tick, and not in a promise: what listeners of 'drain' throw is uncaught.
      process.nextTick(() => this.#beginNext())
    }
  }

  #beginNext(): void {
    const next = this.#next
    if (next === undefined || !this.#canBegin(next.rows.length)) return
    this.#next = undefined
    this.#begin(next)
  }

  #fail(error: Error): void {
    if (this.#status === 'stopped') this.#lateError ??= error
    else this.#waiting.fail(error)
  }

  #becomeDirty(): void {
    if (this.#isDirty || this.#status === 'stopped') return
    this.#isDirty = true
    if (this.target.isOpen) streamRegistry.add(this)
    else this.#waiting.fail(streamClosed(this.#commits.committed))
  }

  #becomeClean(): void {
    if (!this.#underWay.isEmpty || (this.#status !== 'stopped' && this.#waiting.count > 0)) return
    if (this.#isDirty) streamRegistry.delete(this)
    this.#isDirty = false
  }
}
