import { Writable } from 'node:stream'
import type { Committed } from '../contract/committed.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { codeInside } from '../scheduling/code-inside.js'
import { onAbort } from '../scheduling/on-abort.js'
import { StreamCommits, type WriteCallback } from './stream-commits.js'
import { streamDestroyed, toStreamError } from './stream-error.js'
import type { StreamTarget } from './stream-target.js'

type Answer = IteratorResult<unknown>

/** A write stream that is one `persist()`, from its first row to its end. */
export class AtomicWriteStream extends Writable {
  readonly #commits: StreamCommits
  readonly #persist: () => Promise<void>
  readonly #giveUp = new AbortController()
  #stopListening: () => void = () => undefined
  /** Rows that Node has handed over, how many of them were taken, and what is to be called once all are. */
  #rows: readonly unknown[] = []
  #taken = 0
  #callback: WriteCallback | undefined
  /** Answers the call, which waits for a row. */
  #answer: ((answer: Answer) => void) | undefined
  #isEnding = false
  #outcome: Promise<void> | undefined

  constructor(target: StreamTarget, { persist, highWaterMark }: ResolvedWriteStreamOptions) {
    super({ objectMode: true, highWaterMark })
    this.#commits = new StreamCommits(target, (receipt) => this.emit('commit', receipt))
    const source = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) }
    const options = { ...persist, signal: this.#giveUp.signal }
    this.#persist = () => this.#commits.commit(source, options, { firstIndex: 0, savesLast: false })
    this.#stopListening = onAbort(persist.signal, (error) =>
      this.destroy(toStreamError(error, this.committed)),
    )
  }

  get committed(): Committed {
    return this.#commits.committed
  }

  override write(row: unknown, encoding?: unknown, callback: unknown = encoding): boolean {
    if (typeof callback !== 'function') return super.write(row)
    // A caller with these types gives no other function.
    return super.write(row, this.#commits.putOff(callback as WriteCallback))
  }

  override _write(row: unknown, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#hand([row], callback)
  }

  override _writev(chunks: readonly { readonly chunk: unknown }[], callback: WriteCallback): void {
    this.#hand(
      chunks.map(({ chunk }) => chunk),
      callback,
    )
  }

  override _final(callback: WriteCallback): void {
    this.#isEnding = true
    this.#answer?.({ done: true, value: undefined })
    // Where it fails, the stream is destroyed with that.
    const end = () => callback()
    if (this.#outcome === undefined) end()
    else void this.#outcome.then(end)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopListening()
    this.#giveUp.abort(error ?? undefined)
    this.#commits.drop(error ?? streamDestroyed(this.committed))
    const end = () => callback(error)
    if (this.#outcome === undefined) end()
    else void this.#outcome.then(end)
  }

  #hand(rows: readonly unknown[], callback: WriteCallback): void {
    this.#rows = rows
    this.#taken = 0
    this.#callback = callback
    this.#outcome ??= this.#persist().catch((error) => {
      if (!this.destroyed) this.destroy(error)
    })
    const answer = this.#answer
    this.#answer = undefined
    if (answer !== undefined) answer(this.#take())
  }

  #next(): Promise<Answer> {
    if (this.#taken === this.#rows.length) this.#askForMore()
    if (this.#taken < this.#rows.length) return Promise.resolve(this.#take())
    if (this.#isEnding) return Promise.resolve({ done: true, value: undefined })
    // Those who write have their turn, and are no code of the call.
    codeInside.pause()
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  #take(): Answer {
    return { done: false, value: this.#rows[this.#taken++] }
  }

  /** Node hands over at once what waits. */
  #askForMore(): void {
    const callback = this.#callback
    this.#callback = undefined
    if (callback !== undefined) codeInside.leave(() => callback())
  }
}
