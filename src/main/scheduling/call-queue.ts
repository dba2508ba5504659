import type { Call } from './call.js'
import { codeInside } from './code-inside.js'
import { ScopeUnion } from './scope-union.js'
import { everything, type WriteScope } from './write-scope.js'

let calls = 0

/**
 * Calls that hold each other up: each waits for those before it that are in conflict with it.
 *
 * A call whose own code waits for another one behind it would wait for ever, and everybody else with it. Code that runs
 * for a call is known by `code-inside.ts`; a call that it makes is refused where it would complete a circle.
 */
export class CallQueue {
  readonly #calls = new Set<Call>()
  /** Those of them whose code has made calls. */
  readonly #outers = new Set<Call>()

  /** Whether what runs now is code of a call that has its place here. */
  get isRunningCode(): boolean {
    return outersOf(presentCall()).some((outer) => outer.queue === this)
  }

  /**
   * Takes a place behind all others.
   *
   * @param outer - The call whose code asks for it, where that was some time ago.
   * @throws TypeError if the call would wait for itself.
   */
  join(what: string, scope: WriteScope, outer: Call | undefined = presentCall()): Call {
    const number = ++calls
    const call: Call = { what, queue: this, number, scope, outer, inner: undefined, isRunningCode: true }
    if (outer !== undefined) {
      refuseCircle(call)
      outer.inner ??= new Set()
      outer.inner.add(call)
      outer.queue.recordInner(outer)
    }
    this.#calls.add(call)
    return call
  }

  leave(call: Call): void {
    this.#calls.delete(call)
    this.#outers.delete(call)
    call.isRunningCode = false
    const { outer } = call
    if (outer?.inner?.delete(call)) outer.queue.recordInner(outer)
  }

  recordInner(outer: Call): void {
    if (outer.inner !== undefined && outer.inner.size > 0 && this.#calls.has(outer)) this.#outers.add(outer)
    else this.#outers.delete(outer)
  }

  /**
   * @param scope - By default, that of what waits for all who have a place here.
   * @throws TypeError if something that is called now would wait for itself.
   */
  check(what: string, scope: WriteScope = everything): void {
    this.leave(this.join(what, scope))
  }

  pathTo(goals: ReadonlySet<Call>, waiting: Call, seen: Set<Call>): readonly Call[] | undefined {
    for (const before of this.#waitedFor(goals, waiting)) {
      if (goals.has(before)) return [before]
      if (seen.has(before)) continue
      seen.add(before)
      for (const inner of before.inner ?? []) {
        const path = inner.queue.pathTo(goals, inner, seen)
        if (path !== undefined) return [before, ...path]
      }
    }
    return undefined
  }

  /** Those of the goals, and of the calls whose code has made calls, that a call waits for: at once, or by way of others. */
  *#waitedFor(goals: ReadonlySet<Call>, waiting: Call): Generator<Call> {
    let ends = 0
    for (const call of this.#calls) if (goals.has(call) || this.#outers.has(call)) ends++
    if (ends === 0) return
    const scopes = new ScopeUnion(waiting.scope)
    // From the last one back: each may wait for those before it.
    for (const call of [...this.#calls].reverse()) {
      if (call.number >= waiting.number || !scopes.isInConflict(call.scope)) continue
      scopes.add(call.scope)
      if (goals.has(call) || this.#outers.has(call)) yield call
    }
  }
}

/** The call whose code runs now. */
export function presentCall(): Call | undefined {
  let outer = codeInside.present
  while (outer !== undefined && !outer.isRunningCode) outer = outer.outer
  return outer
}

/** A call and those that it is part of, as far as their code still runs. */
function outersOf(call: Call | undefined): Call[] {
  const outers: Call[] = []
  for (let outer = call; outer !== undefined; outer = outer.outer) if (outer.isRunningCode) outers.push(outer)
  return outers
}

function refuseCircle(call: Call): void {
  const path = call.queue.pathTo(new Set(outersOf(call.outer)), call, new Set())
  if (path === undefined) return
  const names = path.map(({ what }) => what).join(', which waits for ')
  throw new TypeError(
    `${call.what} would wait for ${names}, which waits for the code that calls it, for ever`,
  )
}
