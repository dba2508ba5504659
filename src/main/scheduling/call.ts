import type { WriteScope } from './write-scope.js'

/** A call that has its place in a queue: it has its turn, or waits for those before it. */
export interface Call {
  /** What it is, for a message: `run()`. */
  readonly what: string
  readonly queue: Queue
  /** Calls join in this order. */
  readonly number: number
  /** It waits for those before it in its queue that are in conflict with this. */
  scope: WriteScope
  /** The call whose source, or whose work, made this one. */
  readonly outer: Call | undefined
  /** The calls that code of its own has made and that have a place in some queue; undefined before the first. */
  inner: Set<Call> | undefined
  /** Whether code of the caller's still runs for it, which might wait for calls that it makes. */
  isRunningCode: boolean
}

/** What calls know of the queue that they are in. */
interface Queue {
  /** A call of the queue has made another one, or one that it made has ended. */
  recordInner(outer: Call): void
  /**
   * From what a call of the queue waits for to one of the goals: the calls that wait for each other, or undefined where
   * it waits for none of them.
   */
  pathTo(goals: ReadonlySet<Call>, waiting: Call, seen: Set<Call>): readonly Call[] | undefined
}
