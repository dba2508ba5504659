import { PersistenceError } from '../contract/persistence-error.js'
import { channels } from '../diagnostics/channels.js'
import { traceOutside } from '../diagnostics/trace.js'
import { codeInside } from '../scheduling/code-inside.js'
import { pause, setImmediate } from '../scheduling/real-timers.js'
import { CommitGroup } from './commit-group.js'
import type { GroupedCall } from './grouped-call.js'
import { PersistCall, type WriteContext } from './persist-call.js'
import { recordFailure } from './record-commit.js'

/** Calls that are taken for one group; it may turn out to be several. */
export const mostCalls = 16_384

/** What a failure means for every call of a group, whatever its rows are. */
const everybodys: ReadonlySet<string> = new Set([
  'PERSIST_WORKER_LOST',
  'PERSIST_DISK_FULL',
  'PERSIST_DATABASE_INVALID',
  'PERSIST_DATABASE_LOCKED',
  'PERSIST_OPEN_FAILED',
  'PERSIST_CONNECTION_LOST',
])

/**
 * How often the calls of a group are written again that another process was in conflict with: nothing of them is written
 * then. After pauses of up to 2, 4, 8 ms and so on, about four seconds in all: as long as SQLite waits by itself.
 */
const mostConflicts = 12

/** Calls that wait for their group. */
interface Waiting {
  isReady(): boolean
  /** The next calls, whose turn has come. */
  take(): readonly GroupedCall[]
  /** The calls that were taken last have been settled. */
  done(): void
}

/** Commits calls in groups, one group at a time. */
export class CommitLoop {
  readonly #context: WriteContext
  readonly #waiting: Waiting
  #isRunning = false
  #isDue = false
  #since: number | undefined
  /** How many calls on a table may be in one group, where not all could be decided about together. */
  readonly #mostOf = new Map<string, number>()

  constructor(context: WriteContext, waiting: Waiting) {
    this.#context = context
    this.#waiting = waiting
  }

  /** When the first call was made of those that are being committed; undefined where none is. */
  get since(): number | undefined {
    return this.#since
  }

  /** Has calls that wait be committed, once the code of this turn of the event loop has run. */
  schedule(): void {
    if (this.#isRunning || this.#isDue || !this.#waiting.isReady()) return
    this.#isDue = true
    // Calls of this turn of the event loop are part of it, and none of them runs it.
    codeInside.leave(() => setImmediate(() => void this.#run()))
  }

  async #run(): Promise<void> {
    this.#isDue = false
    this.#isRunning = true
    const calls = this.#waiting.take()
    this.#since = calls[0]?.startedAt
    await this.#commitAll(calls)
    this.#since = undefined
    this.#waiting.done()
    this.#isRunning = false
    // Those who come once they have heard of this group are part of the next.
    this.schedule()
  }

  async #commitAll(calls: readonly GroupedCall[]): Promise<void> {
    let rest = calls
    while (rest.length > 0) {
      const group = new CommitGroup(this.#context)
      const left = await group.encode(rest, ({ signature }) => this.#mostOf.get(signature) ?? mostCalls)
      const again = await this.#commit(group)
      if (group.tooLarge !== undefined) {
        // After those before it.
        await this.#commitAll(again)
        group.tooLarge.restart()
        await this.#writeAlone(group.tooLarge)
        rest = left
      } else rest = again.length === 0 ? left : [...again, ...left]
    }
  }

  /** @returns the calls that are to be written again, in their order. */
  async #commit(group: CommitGroup): Promise<readonly GroupedCall[]> {
    const { calls } = group
    try {
      if (group.isEmpty) {
        group.resolve()
        return []
      }
      const again = await this.#send(group)
      if (!group.isRolledBack) this.#learn(calls, again)
      return again
    } catch (error) {
      group.release()
      recordFailure(this.#context, error)
      if (isConflict(error)) return this.#waitForOthers(calls, error)
      const isEverybodys = error instanceof PersistenceError && everybodys.has(error.code)
      if (isEverybodys || calls.length < 2) {
        for (const { receipt } of calls) receipt.reject(error)
        return []
      }
      // Whose it is shows when they are written in smaller groups.
      for (const call of calls) call.restart()
      const half = calls.length >> 1
      await this.#commitAll(calls.slice(0, half))
      await this.#commitAll(calls.slice(half))
      return []
    } finally {
      group.release()
    }
  }

  /**
   * Lets another process go first, for a time that no two of them have in common.
   *
   * @returns the calls that are to be written again, in their order.
   */
  async #waitForOthers(calls: readonly GroupedCall[], error: unknown): Promise<readonly GroupedCall[]> {
    const again = calls.filter((call) => call.conflicts < mostConflicts)
    for (const call of calls) if (call.conflicts >= mostConflicts) call.receipt.reject(error)
    for (const call of again) {
      call.restart()
      call.conflicts++
    }
    const most = Math.max(0, ...again.map(({ conflicts }) => conflicts))
    await codeInside.leave(() => pause(Math.random() * 2 ** most))
    return again
  }

  #send(group: CommitGroup): Promise<readonly GroupedCall[]> {
    const { supervisor } = this.#context
    if (!channels.commit.hasSubscribers) return supervisor.use((client) => group.commit(client))
    const context = group.describe()
    const commit = () => supervisor.use((client) => group.commit(client, context))
    return traceOutside(channels.commit, context, commit)
  }

  /** Takes fewer calls on a table next time where many were encoded for nothing, and more and more where none was. */
  #learn(calls: readonly GroupedCall[], again: readonly GroupedCall[]): void {
    if (again.length === 0 && this.#mostOf.size === 0) return
    const left = countByTable(again)
    for (const [signature, count] of countByTable(calls)) {
      const most = this.#mostOf.get(signature) ?? mostCalls
      const decided = count - (left.get(signature) ?? 0)
      if (decided < count) this.#mostOf.set(signature, Math.max(1, 2 * decided))
      else if (count >= most) this.#mostOf.set(signature, 4 * most)
      if (most > mostCalls) this.#mostOf.delete(signature)
    }
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
}

function isConflict(error: unknown): boolean {
  return error instanceof PersistenceError && error.code === 'PERSIST_CONFLICT'
}

function countByTable(calls: readonly GroupedCall[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { given } of calls) {
    const { signature } = given.table
    counts.set(signature, (counts.get(signature) ?? 0) + 1)
  }
  return counts
}
