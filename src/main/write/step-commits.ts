import { reportLoss } from '../../process/report-loss.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { clearTimeout, nextTurn, setImmediate, startTimer } from '../scheduling/real-timers.js'
import { mostShortRows } from './array-source.js'
import { StepCommit } from './step-commit.js'
import type { StreamCommits, WriteCallback } from './stream-commits.js'
import { streamClosed } from './stream-error.js'
import { streamRegistry, type UnsavedStream } from './stream-registry.js'
import type { RowsAtExit, StreamTarget } from './stream-target.js'

/**
 * A commit that has so many rows takes no more. Of whole row groups DuckDB writes nothing to its log: 1,000,000 rows by
 * commits of 16,384 took 1.3 times as long.
 *
 * DEFAULT_ROW_GROUP_SIZE in https://github.com/duckdb/duckdb/blob/main/src/include/duckdb/storage/storage_info.hpp
 */
const mostRows = 122_880

/** The same, in times of `commitRows`: whoever wants short commits has them. */
const mostTimes = 16

/** Rows that Node has handed over. */
export interface Lot {
  readonly rows: unknown[]
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

/**
 * When the rows of a stream are committed: a commit takes all that wait, and what comes while it encodes them, and one
 * is committed after the other. The next encodes its rows while one is being committed, where both have many.
 */
export class StepCommits implements UnsavedStream {
  readonly target: StreamTarget
  readonly #commits: StreamCommits
  readonly #options: ResolvedWriteStreamOptions
  readonly #waiting: WaitingRows
  /** Of all rows that were written. */
  #written = 0
  /** Of those whose commit has begun. */
  #begun = 0
  /** Since the first of the rows that wait. */
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  /** In the order of their rows: the last may still take some. */
  readonly #underWay: StepCommit[] = []
  /** The one that takes what waits, now. */
  #growing: StepCommit | undefined
  /** What is to be committed after those. */
  #next: Lot | undefined
  /** Of rows whose commit has begun. */
  #callback: WriteCallback | undefined
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

  /** Resolves when the commits that are under way have ended, well or not. */
  get settled(): Promise<unknown> {
    return Promise.all(this.#underWay.map(({ ended }) => ended))
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
    const { rows, callback } = lot
    if (this.#takeLast !== undefined) {
      this.#takeLast(rows)
      callback()
    } else if (this.#growing !== undefined) {
      this.#growing.add(rows)
      this.#begun += rows.length
      this.#stopTimer()
      callback()
    } else if (this.#canBegin(rows.length)) {
      this.#begin(rows)
      callback()
    } else this.#next = lot
  }

  /** Begins a commit if it is time for one. */
  beginIfDue(): void {
    const { count } = this.#waiting
    if (count === 0 || this.#next !== undefined || !this.#canBegin(count)) return
    if (this.#isDue || count >= this.#dueRows) this.#waiting.handOver(false)
  }

  /** The stream is destroyed: what has not begun to be committed will not be. */
  stop(): void {
    this.#isStopped = true
    this.#next = undefined
    this.#stopTimer()
    this.#becomeClean()
  }

  get hasDirty(): boolean {
    return this.#isDirty && !this.#isHeld && !this.#isStopped
  }

  /** Commits what was written until now. Where it cannot be, the stream is destroyed, and says so. */
  async save(): Promise<undefined> {
    const written = this.#written
    while (!this.#isStopped && this.#commits.committed.rows < written) {
      this.#waiting.handOver(true)
      await (this.#underWay.length === 0 ? nextTurn() : this.settled)
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
    const lots = this.#underWay.map((commit) => commit.atExit())
    let firstIndex = this.#begun
    const take = (rows: readonly unknown[]) => {
      lots.push({ rows, firstIndex, transaction: undefined })
      firstIndex += rows.length
    }
    if (!this.#isStopped) this.#takeAll(take)
    this.#isTaken = true
    return lots
  }

  get rowsNotTaken(): number {
    if (this.#isTaken) return 0
    return (this.#isStopped ? this.#begun : this.#written) - this.#commits.committed.rows
  }

  get #dueRows(): number {
    return Math.min(this.#options.commitRows, this.#options.highWaterMark)
  }

  /** Whether a commit of so many rows can begin now. */
  #canBegin(rows: number): boolean {
    if (this.#isHeld || this.#isStopped) return false
    const [first, second] = this.#underWay
    return first === undefined || (second === undefined && first.isRead && rows > mostShortRows)
  }

  #begin(rows: unknown[]): void {
    this.#stopTimer()
    const before = this.#underWay.at(-1)?.outcome
    const commit = new StepCommit(rows, this.#begun, {
      grow: () => this.#grow(commit),
      // Not at once: it is in the middle of a slice.
      read: () => setImmediate(() => this.#proceed()),
    })
    this.#begun += rows.length
    this.#underWay.push(commit)
    commit.outcome = this.#commits.commit(commit.source, this.#options.persist, commit.part(before))
    commit.ended = commit.outcome.then(
      () => this.#end(commit),
      (error) => this.#end(commit, error),
    )
  }

  /** Takes what has come while the rows were encoded; false where there is nothing. */
  #grow(commit: StepCommit): boolean {
    const before = commit.rows
    const most = Math.min(mostRows, mostTimes * this.#options.commitRows)
    if (before >= most || this.#isHeld || this.#isStopped || this.isExiting) return false
    this.#growing = commit
    this.#waiting.handOver(false)
    this.#growing = undefined
    return commit.rows > before
  }

  #end(commit: StepCommit, error?: Error): void {
    this.#underWay.splice(this.#underWay.indexOf(commit), 1)
    if (error === undefined || this.#isStopped) this.#lateError ??= error
    else this.#waiting.fail(error)
    this.#proceed()
  }

  /** A commit has ended, or takes no more rows, or the service stays open. */
  #proceed(): void {
    const next = this.#next
    if (next === undefined) {
      this.beginIfDue()
      this.#becomeClean()
    } else if (this.#canBegin(next.rows.length)) {
      this.#next = undefined
      this.#begin(next.rows)
      this.#callback = next.callback
      // In a tick, and not in a promise: what listeners of 'drain' throw is uncaught.
      process.nextTick(() => this.#callBack())
    }
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
    if (this.#underWay.length > 0 || (!this.#isStopped && this.#waiting.count > 0)) return
    if (this.#isDirty) streamRegistry.delete(this)
    this.#isDirty = false
  }
}
