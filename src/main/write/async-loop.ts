import type { Cancellation } from '../scheduling/cancellation.js'
import type { SourceCode } from '../scheduling/code-inside.js'
import { clearImmediate, setImmediate } from '../scheduling/real-timers.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { AsyncSource } from './async-source.js'

/** Why rows are not taken any more for now. */
type SliceEnd = 'source-ended' | 'loop-turned' | 'time-over' | 'worker-behind'

interface LoopParts {
  readonly source: AsyncSource
  readonly code: SourceCode
  readonly slice: TimeSlice
  readonly cancellation: Cancellation
  /** Other code may have run since the last row. */
  readonly resumed: () => void
  /** Takes a row; false while there is no room for it. */
  readonly accept: (row: unknown) => boolean
}

/**
 * Takes rows that may have to be waited for, as long as they come without the event loop having had a turn.
 *
 * By callbacks: a promise to await for each row besides that of the source takes as long again as asking for it does.
 */
export class AsyncLoop {
  readonly #parts: LoopParts
  #refused: unknown
  #hasLoopTurned = false
  #end: (end: SliceEnd) => void = () => undefined
  #fail: (error: unknown) => void = () => undefined

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  /** The row that there was no room for. */
  get refused(): unknown {
    return this.#refused
  }

  async takeSlice(): Promise<SliceEnd> {
    const { slice, cancellation, resumed } = this.#parts
    this.#hasLoopTurned = false
    slice.start()
    resumed()
    const turn = setImmediate(() => {
      this.#hasLoopTurned = true
    })
    try {
      return await cancellation.guard(
        new Promise((resolve, reject) => {
          this.#end = resolve
          this.#fail = reject
          this.#ask()
        }),
      )
    } finally {
      clearImmediate(turn)
    }
  }

  #ask(): void {
    const { source, code } = this.#parts
    try {
      // Not every iterator that calls itself asynchronous returns a promise.
      Promise.resolve(code.ask(source)).then(this.#onAnswer, this.#onFailure)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  readonly #onAnswer = (answer: IteratorResult<unknown>): void => {
    // The call is over, and its source has been released.
    if (this.#parts.cancellation.isCancelled) return
    try {
      this.#take(answer)
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #onFailure = (error: unknown): void => {
    // What has thrown need not be released.
    if (!this.#parts.cancellation.isCancelled) this.#parts.source.end()
    this.#fail(error)
  }

  #take({ done, value }: IteratorResult<unknown>): void {
    const { source, code, slice, resumed, accept } = this.#parts
    const hasLoopTurned = this.#hasLoopTurned
    code.recordAnswer(!hasLoopTurned)
    if (hasLoopTurned) {
      slice.endAtLastSeen()
      slice.start()
      resumed()
    }
    if (done === true) {
      source.end()
      this.#end('source-ended')
    } else if (!accept(value)) {
      this.#refused = value
      this.#end('worker-behind')
    } else if (hasLoopTurned) this.#end('loop-turned')
    else if (slice.isOver()) this.#end('time-over')
    else this.#ask()
  }
}
