import { quoteName } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Receipt } from '../contract/receipt.js'
import { codeInside } from '../scheduling/code-inside.js'
import { onAbort } from '../scheduling/on-abort.js'
import { setImmediate } from '../scheduling/real-timers.js'
import type { LateScope } from '../scheduling/write-scheduler.js'
import type { BoundTable } from '../schema/bound-table.js'
import { CallLane } from './call-lane.js'
import { CommitGroup } from './commit-group.js'
import { GroupedCall, type WriteCall } from './grouped-call.js'
import { lateScopeOf } from './late-scope.js'
import { PersistCall, type WriteContext } from './persist-call.js'

/** Calls that are taken for one group; it may turn out to be several. */
const mostCalls = 16_384

/** What a failure means for every call of a group, whatever its rows are. */
const everybodys: ReadonlySet<string> = new Set([
  'PERSIST_WORKER_LOST',
  'PERSIST_DISK_FULL',
  'PERSIST_DATABASE_INVALID',
  'PERSIST_DATABASE_LOCKED',
  'PERSIST_OPEN_FAILED',
])

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
  #isRunning = false
  #isDue = false
  #waiting = 0
  #waitingRows = 0

  constructor(context: WriteContext) {
    this.#context = context
  }

  /** Calls that wait for their group. */
  get waiting(): number {
    return this.#waiting
  }

  /** Rows of the calls that wait. */
  get waitingRows(): number {
    return this.#waitingRows
  }

  /** Writes rows together with what else waits; resolves when they are committed. */
  async submit(given: WriteCall): Promise<Receipt> {
    const { table, options, cancellation } = given
    const { supervisor, scheduler } = this.#context
    const scope = lateScopeOf(supervisor, table, true)
    const call = scheduler.queue.join(`persist() to ${quoteName(table.ref.name)}`, scope.atFirst)
    void scope.known?.then((known) => {
      call.scope = known
    })
    const stopListening = onAbort(options.signal, (error) => cancellation.cancel(error))
    const grouped = new GroupedCall(given, call)
    this.#waiting++
    this.#waitingRows += grouped.givenRows
    this.#laneOf(table, scope).add(grouped)
    this.#schedule()
    try {
      return await grouped.receipt.promise
    } finally {
      if (grouped.isCancelled) this.#forgetWaiting(grouped)
      stopListening()
      scheduler.queue.leave(call)
    }
  }

  #laneOf(table: BoundTable, { atFirst, known }: LateScope): CallLane {
    const { order } = this.#context.scheduler
    const last = this.#lanes.get(table.signature)
    if (last?.place !== undefined && order.isLast(last.place)) return last
    const lane = new CallLane(table, known === undefined)
    lane.place = order.enter(atFirst, () => this.#schedule())
    this.#lanes.set(table.signature, lane)
    this.#open.add(lane)
    void known?.then((scope) => {
      lane.isKnown = true
      if (lane.place !== undefined) order.narrow(lane.place, scope)
      this.#schedule()
    })
    return lane
  }

  #schedule(): void {
    if (this.#isRunning || this.#isDue) return
    this.#isDue = true
    // Calls of this turn of the event loop are part of it, and none of them runs it.
    codeInside.leave(() => setImmediate(() => void this.#run()))
  }

  async #run(): Promise<void> {
    this.#isDue = false
    this.#isRunning = true
    await this.#commitAll(this.#take())
    for (const lane of this.#open) this.#closeIfDone(lane)
    this.#isRunning = false
    // Those who come once they have heard of this group are part of the next.
    if ([...this.#open].some((lane) => lane.isReady)) this.#schedule()
  }

  #closeIfDone(lane: CallLane): void {
    if (!lane.isEmpty || lane.isBusy || lane.place === undefined) return
    this.#open.delete(lane)
    const { signature } = lane.table
    if (this.#lanes.get(signature) === lane) this.#lanes.delete(signature)
    this.#context.scheduler.order.leave(lane.place)
  }

  /** The next calls of all tables. */
  #take(): GroupedCall[] {
    const calls: GroupedCall[] = []
    for (const lane of [...this.#open]) {
      if (!lane.isReady) continue
      if (lane.table.isChecked) {
        void this.#writeOneByOne(lane)
        continue
      }
      calls.push(...this.#seal(lane.take(mostCalls - calls.length)))
      // Its turn is after that of the others.
      this.#open.delete(lane)
      this.#open.add(lane)
    }
    return calls
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

  /** Of a table that turns out to have constraints. */
  async #writeOneByOne(lane: CallLane): Promise<void> {
    lane.isBusy = true
    while (!lane.isEmpty) for (const call of this.#seal(lane.take(1))) await this.#writeAlone(call)
    lane.isBusy = false
    this.#closeIfDone(lane)
  }

  async #writeAlone(grouped: GroupedCall): Promise<void> {
    const { given, call, receipt, options, startedAt } = grouped
    const { table, source, cancellation } = given
    const alone = new PersistCall(this.#context, table, source, options, cancellation, startedAt)
    await alone.write(call).then(
      (written) => receipt.resolve(written),
      (error) => receipt.reject(error),
    )
  }

  async #commitAll(calls: readonly GroupedCall[]): Promise<void> {
    let rest = calls
    while (rest.length > 0) {
      const group = new CommitGroup(this.#context)
      const taken = await group.encode(rest)
      await this.#commit(group)
      if (group.tooLarge !== undefined) {
        group.tooLarge.restart()
        await this.#writeAlone(group.tooLarge)
      }
      rest = rest.slice(taken)
    }
  }

  async #commit(group: CommitGroup): Promise<void> {
    const { calls } = group
    try {
      if (group.isEmpty) group.resolve()
      else await this.#context.supervisor.use((client) => group.commit(client))
    } catch (error) {
      group.release()
      const isEverybodys = error instanceof PersistenceError && everybodys.has(error.code)
      if (isEverybodys || calls.length < 2) {
        for (const { receipt } of calls) receipt.reject(error)
        return
      }
      // Whose it is shows when they are written in smaller groups.
      for (const call of calls) call.restart()
      const half = calls.length >> 1
      await this.#commitAll(calls.slice(0, half))
      await this.#commitAll(calls.slice(half))
    } finally {
      group.release()
    }
  }
}
