import { AsyncResource } from 'node:async_hooks'
import type { Draft, Trace } from '../contract/traces.js'
import { now } from '../scheduling/real-timers.js'
import type { Channel } from './channels.js'

/** Where no caller is: as it was when the library was imported. */
const outside = new AsyncResource('duckpaddle')

/**
 * Publishes what `tracePromise()` of Node does, in its order: `start`, around which stores are bound, `end` when the
 * synchronous part is over, then `error` if it fails, `asyncStart` and `asyncEnd`. What it resolves to is not part of the
 * context: that is the caller's data.
 *
 * A subscriber that throws changes nothing here: Node makes an uncaught exception of it, in a tick of its own.
 *
 * @param complete - Adds to the context what the result tells.
 */
export function trace<Context extends Trace, Result>(
  channel: Channel<Context>,
  context: Draft<Context>,
  task: () => Promise<Result>,
  complete?: (result: Result) => void,
): Promise<Result> {
  const { start, end, asyncStart, asyncEnd, error } = channel
  const startedAt = now()
  const settle = () => {
    asyncStart.publish(context)
    asyncEnd.publish(context)
  }
  return start.runStores(context, () => {
    const settled = task().then(
      (result) => {
        context.totalMs = now() - startedAt
        complete?.(result)
        settle()
        return result
      },
      (reason) => {
        context.totalMs = now() - startedAt
        context.error = reason
        error.publish(context)
        settle()
        throw reason
      },
    )
    end.publish(context)
    return settled
  })
}

/** The same for what is no caller's: in the asynchronous context of nobody. */
export function traceOutside<Context extends Trace, Result>(
  channel: Channel<Context>,
  context: Draft<Context>,
  task: () => Promise<Result>,
): Promise<Result> {
  return outside.runInAsyncScope(() => trace(channel, context, task))
}

/** Publishes that something has happened that is a failure: `start`, `error` and `end`. */
export function traceFailure<Context extends Trace>(channel: Channel<Context>, context: Context): void {
  const { start, end, error } = channel
  outside.runInAsyncScope(() =>
    start.runStores(context, () => {
      error.publish(context)
      end.publish(context)
    }),
  )
}
