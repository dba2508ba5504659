import type { Receipt } from '../contract/receipt.js'
import { onAbort } from '../scheduling/on-abort.js'
import type { LateScope } from '../scheduling/write-scheduler.js'
import type { BoundTable } from '../schema/bound-table.js'
import { CallLane } from './call-lane.js'
import { CommitLoop, mostCalls } from './commit-loop.js'
import { GroupedCall, type WriteCall } from './grouped-call.js'
import { lateScopeOf } from './late-scope.js'
import type { WriteContext } from './persist-call.js'

/**
 * Has calls that wait at the same time share a transaction.
 *
 * Nobody waits for a timer: where no group is under way, the calls of this turn of the event loop are one; those that
 * come while one is, are the next.
 */
export class GroupCommit {
  readonly #context: WriteContext
  /** The last one of each table, by what its calls have in common. */
  readonly #lanes = new Map<string, CallLane>()
  /** Those with calls, or with calls under way. */
  readonly #open = new Set<CallLane>()
  /** Of tables that nothing is checked of, whose calls so do not wait for the others, which take longer. */
  readonly #plain: CommitLoop
  readonly #checked: CommitLoop
  #waiting = 0
  #waitingRows = 0

  constructor(context: WriteContext) {
    this.#context = context
    this.#plain = this.#createLoop(false)
    this.#checked = this.#createLoop(true)
  }

  /** Calls that wait for their group. */
  get waiting(): number {
    return this.#waiting
  }

  /** Rows of the calls that wait. */
  get waitingRows(): number {
    return this.#waitingRows
  }

  /** When the first call was made of those that have not been committed; undefined where there are none. */
  get since(): number | undefined {
    const all = [this.#plain.since, this.#checked.since, ...[...this.#open].map(({ since }) => since)]
    const times = all.filter((since) => since !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Writes rows together with what else waits; resolves when they are committed. */
  async submit(given: WriteCall): Promise<Receipt> {
    const { table, options, cancellation } = given
    const { supervisor, scheduler } = this.#context
    const scope = lateScopeOf(supervisor, table, true)
    const call = scheduler.queue.join(table.callName, scope.atFirst)
    void scope.known?.then((known) => {
      call.scope = known
    })
    const { signal } = options
    const stopListening = signal && onAbort(signal, (error) => cancellation.cancel(error))
    const grouped = new GroupedCall(given, call)
    this.#waiting++
    this.#waitingRows += grouped.givenRows
    const lane = this.#laneOf(table, scope)
    lane.add(grouped)
    if (lane.isKnown) this.#loopOf(lane).schedule()
    try {
      return await grouped.receipt.promise
    } finally {
      if (grouped.isCancelled) this.#forgetWaiting(grouped)
      stopListening?.()
      scheduler.queue.leave(call)
    }
  }

  #laneOf(table: BoundTable, { atFirst, known }: LateScope): CallLane {
    const { order } = this.#context.scheduler
    const last = this.#lanes.get(table.signature)
    if (last?.place !== undefined && order.isLast(last.place)) return last
    const lane = new CallLane(table, known === undefined)
    lane.place = order.enter(atFirst, () => this.#scheduleAll())
    this.#lanes.set(table.signature, lane)
    this.#open.add(lane)
    void known?.then((scope) => {
      lane.isKnown = true
      if (lane.place !== undefined) order.narrow(lane.place, scope)
      this.#scheduleAll()
    })
    return lane
  }

  #loopOf({ table }: CallLane): CommitLoop {
    return table.isChecked ? this.#checked : this.#plain
  }

  #scheduleAll(): void {
    this.#plain.schedule()
    this.#checked.schedule()
  }

  #closeIfDone(lane: CallLane): void {
    if (!lane.isEmpty || lane.isBusy || lane.place === undefined) return
    this.#open.delete(lane)
    const { signature } = lane.table
    if (this.#lanes.get(signature) === lane) this.#lanes.delete(signature)
    this.#context.scheduler.order.leave(lane.place)
  }

  #createLoop(isChecked: boolean): CommitLoop {
    const taken: CallLane[] = []
    return new CommitLoop(this.#context, {
      isReady: () => [...this.#open].some((lane) => lane.isReady && lane.table.isChecked === isChecked),
      take: () => {
        const calls: GroupedCall[] = []
        for (const lane of [...this.#open]) {
          if (!lane.isReady || lane.table.isChecked !== isChecked) continue
          calls.push(...this.#seal(lane.take(mostCalls - calls.length)))
          lane.isBusy = true
          taken.push(lane)
          // Its turn is after that of the others.
          this.#open.delete(lane)
          this.#open.add(lane)
        }
        return calls
      },
      done: () => {
        for (const lane of taken.splice(0)) {
          lane.isBusy = false
          this.#closeIfDone(lane)
        }
      },
    })
  }

  /** Those that were not cancelled while they waited. */
  #seal(calls: readonly GroupedCall[]): GroupedCall[] {
    const sealed = calls.filter(({ isCancelled }) => !isCancelled)
    for (const call of sealed) {
      call.seal()
      this.#forgetWaiting(call)
    }
    return sealed
  }

  #forgetWaiting({ givenRows }: GroupedCall): void {
    this.#waiting--
    this.#waitingRows -= givenRows
  }
}
