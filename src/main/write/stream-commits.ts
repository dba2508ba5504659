import { AsyncResource } from 'node:async_hooks'
import type { Committed } from '../contract/committed.js'
import type { PersistOptions, StreamPart } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import { codeInside } from '../scheduling/code-inside.js'
import { toStreamError } from './stream-error.js'
import type { StreamRows, StreamTarget } from './stream-target.js'

/** What becomes of a row, for Node or for the callback of a user. */
export type WriteCallback = (error?: Error | null) => void

type Totals = { -readonly [Name in keyof Committed]: Committed[Name] }

/** The commits of a write stream: its calls of `persist()`, one after the other. */
export class StreamCommits {
  readonly #target: StreamTarget
  readonly #emit: (receipt: Receipt) => void
  readonly #committed: Totals = { commits: 0, rows: 0, inserted: 0, updated: 0, ignored: 0, rejected: 0 }
  /** Listeners and callbacks run in the context in which the stream was made, whichever row a commit begins with. */
  readonly #origin = new AsyncResource('duckpaddle.WriteStream')
  #last: Promise<void> = Promise.resolve()
  /** Callbacks of rows that Node has not handed over. */
  readonly #putOff = new Set<WriteCallback>()

  /** @param emit - Calls the listeners of 'commit'. */
  constructor(target: StreamTarget, emit: (receipt: Receipt) => void) {
    this.#target = target
    this.#emit = emit
  }

  /** What it has committed; the same object all the time. */
  get committed(): Committed {
    return this.#committed
  }

  /**
   * Resolves when the rows are committed, and the listeners of 'commit' have been called.
   *
   * @throws the error to destroy the stream with.
   */
  commit(rows: StreamRows, options: PersistOptions, part: StreamPart): Promise<void> {
    // It is not part of the call whose code happens to have written a row.
    const commit = () => codeInside.leave(() => this.#commit(rows, options, part))
    this.#last = this.#origin.runInAsyncScope(commit)
    return this.#last
  }

  /**
   * Puts a callback of `write()` off until the row is committed.
   *
   * @returns what Node is to call when it has handed the row over, and so when its commit is the last one.
   */
  putOff(callback: WriteCallback): WriteCallback {
    const own = AsyncResource.bind(callback)
    // In a tick, and not in a promise: what it throws is uncaught, as with any other stream.
    const call = (error?: Error | null) => process.nextTick(own, error)
    this.#putOff.add(call)
    return (error) => {
      if (!this.#putOff.delete(call)) return
      if (error) call(error)
      else this.#last.then(() => call(), call)
    }
  }

  /** Calls the callbacks of rows that will not be committed, for the stream is destroyed. */
  drop(error: Error): void {
    for (const call of this.#putOff) call(error)
    this.#putOff.clear()
  }

  async #commit(rows: StreamRows, options: PersistOptions, part: StreamPart): Promise<void> {
    try {
      this.#announce(await this.#target.persist(rows, options, part))
    } catch (error) {
      throw toStreamError(error, this.#committed)
    }
  }

  #announce(receipt: Receipt): void {
    const committed = this.#committed
    committed.commits++
    for (const count of ['rows', 'inserted', 'updated', 'ignored', 'rejected'] as const) {
      committed[count] += receipt[count]
    }
    try {
      this.#emit(receipt)
    } catch (error) {
      // The rows are committed all the same: it is uncaught, as what listeners of other streams throw is.
      process.nextTick(() => {
        throw error
      })
    }
  }
}
