import { Writable } from 'node:stream'
import type { Committed } from '../contract/committed.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { onAbort } from '../scheduling/on-abort.js'
import { StepCommits } from './step-commits.js'
import { StreamCommits, type WriteCallback } from './stream-commits.js'
import { streamDestroyed, toStreamError } from './stream-error.js'
import type { StreamTarget } from './stream-target.js'

/**
 * A write stream that commits its rows step by step: all that wait, whenever they are many or old enough.
 *
 * Node keeps the rows that wait, for the stream is corked, and hands all of them over where it is uncorked for a moment.
 * It is told that they are written as soon as their commit begins: so as many may wait as the commit under way has.
 */
export class StepwiseWriteStream extends Writable {
  readonly #commits: StreamCommits
  readonly #steps: StepCommits
  #stopListening: () => void = () => undefined

  constructor(target: StreamTarget, options: ResolvedWriteStreamOptions) {
    super({ objectMode: true, highWaterMark: options.highWaterMark })
    const stream = this
    this.#commits = new StreamCommits(target, (receipt) => this.emit('commit', receipt))
    this.#steps = new StepCommits(target, this.#commits, options, {
      get count() {
        return stream.writableLength
      },
      handOver: (isForced) => this.#handOver(isForced),
      fail: (error) => this.destroy(error),
    })
    const { signal } = options.persist
    this.#stopListening = onAbort(signal, (error) => this.destroy(toStreamError(error, this.committed)))
    this.cork()
  }

  get committed(): Committed {
    return this.#commits.committed
  }

  override write(row: unknown, encoding?: unknown, callback: unknown = encoding): boolean {
    const before = this.writableLength
    const isBelow =
      // A caller with these types gives no other function.
      typeof callback === 'function'
        ? super.write(row, this.#commits.putOff(callback as WriteCallback))
        : super.write(row)
    if (this.writableLength > before) this.#steps.record()
    return isBelow
  }

  override end(...given: readonly unknown[]): this {
    const [row] = given
    // Node's own would not write it by the method above.
    if (row !== undefined && row !== null && typeof row !== 'function') this.write(row)
    const callback = given.at(-1)
    return typeof callback === 'function' ? super.end(callback as () => void) : super.end()
  }

  override uncork(): void {
    super.uncork()
    // The user has corked the stream, and no longer does.
    if (this.writableCorked === 1) this.#steps.beginIfDue()
  }

  override _write(row: unknown, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#take([row], callback)
  }

  override _writev(chunks: readonly { readonly chunk: unknown }[], callback: WriteCallback): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      callback,
    )
  }

  override _final(callback: WriteCallback): void {
    // Where it fails, the stream is destroyed with that.
    void this.#steps.settled.then(() => callback())
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#stopListening()
    this.#steps.stop()
    this.#commits.drop(error ?? streamDestroyed(this.committed))
    void this.#steps.settled.then(() => callback(error ?? this.#steps.lateError))
  }

  #take(rows: unknown[], callback: WriteCallback): void {
    this.#steps.take({ rows, callback })
    this.#corkAgain()
  }

  #handOver(isForced: boolean): void {
    if (isForced) while (this.writableCorked > 1) super.uncork()
    if (this.writableCorked === 1) super.uncork()
    // Where nothing was handed over, for a lot is not taken yet.
    this.#corkAgain()
  }

  #corkAgain(): void {
    if (this.writableCorked === 0 && !this.writableEnded && !this.#steps.isExiting) this.cork()
  }
}
