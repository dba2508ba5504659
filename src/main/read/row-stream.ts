import { Deferred } from '../../sync/deferred.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { DecodedItem } from '../decode/batch-decoder.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { RowReader } from './row-reader.js'

/** Begins to read; what it returns settles when nothing of it is left. */
export type StartReading = (readRows: ReadRows) => Promise<void>

/** Is given a call's cancellation when it begins, and then its rows, until it wants no more. */
type ReadRows = (cancellation: Cancellation) => (reader: RowReader) => Promise<void>

/** What ends a call of which no more rows are wanted: nothing has failed. */
export class StreamEnd extends PersistenceError {
  constructor() {
    super('PERSIST_ABORTED', 'The stream was ended')
  }
}

/** The rows of a result as an iterator, whose reading begins when the first one is asked for. */
export class RowStream implements AsyncIterableIterator<DecodedItem> {
  readonly #start: StartReading
  readonly #opened = new Deferred<RowReader>()
  readonly #ended = new Deferred<void>()
  #reader: RowReader | undefined
  #cancellation: Cancellation | undefined
  /** Absent until the first row is asked for. */
  #reading: Promise<void> | undefined
  /** The call of `next` that is under way. */
  #pending: Promise<unknown> | undefined
  #failure: { readonly error: unknown } | undefined
  #isOver = false
  /** By its caller, who is not told what it has failed with then. */
  #isStopped = false

  constructor(start: StartReading) {
    this.#start = start
    this.#opened.promise.catch(() => undefined)
    this.#ended.promise.catch(() => undefined)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<DecodedItem, undefined>> {
    // A promise that is there already costs a fifth of what an asynchronous function does.
    if (this.#pending === undefined && !this.#isOver && this.#reader !== undefined) {
      try {
        const value = this.#reader.take()
        if (value !== undefined) return Promise.resolve({ value, done: false })
      } catch (error) {
        return this.#end(error)
      }
    }
    return this.#queue(() => this.#next())
  }

  /** Frees the result: what is asked for and not there yet will not come. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isStopped = true
    this.#isOver = true
    this.#cancellation?.cancel(new StreamEnd())
    await this.#reading
    return { value: undefined, done: true }
  }

  async throw(error: unknown): Promise<never> {
    await this.return()
    throw error
  }

  #queue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#pending === undefined ? task() : this.#pending.then(task, task)
    this.#pending = result
    const forget = () => {
      if (this.#pending === result) this.#pending = undefined
    }
    result.then(forget, forget)
    return result
  }

  async #next(): Promise<IteratorResult<DecodedItem, undefined>> {
    try {
      if (!this.#isOver) this.#reading ??= this.#read()
      while (!this.#isOver) {
        const reader = await this.#opened.promise
        if (this.#isOver) break
        const value = reader.take()
        if (value !== undefined) return { value, done: false }
        if (!(await reader.advance())) this.#isOver = true
      }
      return this.#end()
    } catch (error) {
      return this.#end(error)
    }
  }

  /** The first call after a failure rejects with it; those after it are at the end. */
  async #end(error?: unknown): Promise<IteratorReturnResult<undefined>> {
    this.#isOver = true
    if (error === undefined) this.#ended.resolve()
    else this.#ended.reject(error)
    await this.#reading
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
    return { value: undefined, done: true }
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      await this.#start((cancellation) => {
        this.#cancellation = cancellation
        return (reader) => {
          this.#reader = reader
          this.#opened.resolve(reader)
          return cancellation.guard(this.#ended.promise)
        }
      })
      // Where it was ended before there was a row.
      this.#opened.reject(new StreamEnd())
    } catch (error) {
      this.#isOver = true
      if (!this.#isStopped) this.#failure = { error }
      this.#opened.reject(error)
    }
  }
}
