import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { setImmediate } from '../scheduling/real-timers.js'
import { mostShortRows } from './array-source.js'
import { StepCommit } from './step-commit.js'
import type { StreamCommits } from './stream-commits.js'
import type { RowsAtExit } from './stream-target.js'

/**
 * A commit that has so many rows takes no more. Of whole row groups DuckDB writes nothing to its log: 1,000,000 rows by
 * commits of 16,384 took 1.3 times as long.
 *
 * DEFAULT_ROW_GROUP_SIZE in https://github.com/duckdb/duckdb/blob/main/src/include/duckdb/storage/storage_info.hpp
 */
const mostRows = 122_880

/** The same, in bytes as they are encoded: the rows are kept until they are committed, and take several times as much. */
const mostBytes = 32 * 1024 * 1024

/** The same, in times of `commitRows`, so that a small `commitRows` makes short commits. */
const mostTimes = 16

interface Events {
  /** A commit has encoded its rows: what waits by now is to be given to `add`. */
  readonly grow: () => void
  /** A commit has ended, or takes no more rows: another one may begin. */
  readonly proceed: () => void
  readonly failed: (error: Error) => void
}

/**
 * The commits of a stream that have begun and not ended: they are committed one after the other. The next encodes its rows
 * while one is being committed, where both have many.
 */
export class CommitsUnderWay {
  readonly #commits: StreamCommits
  readonly #options: ResolvedWriteStreamOptions
  readonly #events: Events
  /** In the order of their rows: the last may still take some. */
  readonly #underWay: StepCommit[] = []
  /** The one that takes what waits, now. */
  #growing: StepCommit | undefined
  #begunRows = 0

  constructor(commits: StreamCommits, options: ResolvedWriteStreamOptions, events: Events) {
    this.#commits = commits
    this.#options = options
    this.#events = events
  }

  /** How many rows have come to a commit, ended or not. */
  get begunRows(): number {
    return this.#begunRows
  }

  get isEmpty(): boolean {
    return this.#underWay.length === 0
  }

  /** Resolves when those that are under way now have ended, well or not. */
  get settled(): Promise<unknown> {
    return Promise.all(this.#underWay.map(({ ended }) => ended))
  }

  /** Whether a commit of so many rows can begin now. */
  canBegin(rows: number): boolean {
    const [first, second] = this.#underWay
    return first === undefined || (second === undefined && first.isRead && rows > mostShortRows)
  }

  begin(rows: unknown[]): void {
    const before = this.#underWay.at(-1)?.outcome
    const commit = new StepCommit(rows, this.#begunRows, () => this.#grow(commit))
    this.#begunRows += rows.length
    this.#underWay.push(commit)
    commit.outcome = this.#commits.commit(commit.source, this.#options.persist, commit.part(before))
    commit.ended = commit.outcome.then(
      () => this.#end(commit),
      (error) => {
        this.#events.failed(error)
        this.#end(commit)
      },
    )
  }

  /** Gives rows to the commit that asks for some; false where none does. */
  add(rows: readonly unknown[]): boolean {
    if (this.#growing === undefined) return false
    this.#growing.add(rows)
    this.#begunRows += rows.length
    return true
  }

  atExit(): RowsAtExit[] {
    return this.#underWay.map((commit) => commit.atExit())
  }

  /** Takes what has come while the rows were encoded; false where there is nothing. */
  #grow(commit: StepCommit): boolean {
    const before = commit.rows
    const most = Math.min(mostRows, mostTimes * this.#options.commitRows)
    if (before < most && commit.bytes < mostBytes) {
      this.#growing = commit
      this.#events.grow()
      this.#growing = undefined
    }
    if (commit.rows > before) return true
    // Not at once: it is in the middle of a slice.
    setImmediate(() => this.#events.proceed())
    return false
  }

  #end(commit: StepCommit): void {
    this.#underWay.splice(this.#underWay.indexOf(commit), 1)
    this.#events.proceed()
  }
}
