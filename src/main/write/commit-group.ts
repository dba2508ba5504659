import { buffersOf } from '../../protocol/batch-layout.js'
import type { ReplyOf } from '../../protocol/requests.js'
import type { CommitTrace, Draft } from '../contract/traces.js'
import { nextTurn, now } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { EncodeEnd, GroupedCall, GroupTiming } from './grouped-call.js'
import { GroupedRows } from './grouped-rows.js'
import type { WriteContext } from './persist-call.js'
import { recordCommit } from './record-commit.js'
import { nextTransaction } from './transaction-client.js'

/** Bytes of buffers from which on a group takes no more calls, and of rows from which on a call is too large for one. */
const mostBytes = 8 * 1024 * 1024

/** Calls whose rows are written in one transaction. */
export class CommitGroup {
  readonly #context: WriteContext
  readonly #slice: TimeSlice
  readonly #tables = new Map<string, GroupedRows>()
  readonly #calls: GroupedCall[] = []
  readonly #mostBytes: number
  readonly #transaction = nextTransaction()
  readonly #startedAt = now()
  #isRolledBack = false
  /** Whether somebody listens to one of its calls. */
  #isTraced = false
  /** The last call that was taken, where it is too large to be part of a group. */
  tooLarge: GroupedCall | undefined

  constructor(context: WriteContext) {
    this.#context = context
    // The last call may need as much again.
    this.#mostBytes = Math.min(mostBytes, context.flow.maxBytes / 2)
    this.#slice = new TimeSlice(context.sliceBudgetMs, context.durations.slice.record)
  }

  /** Those whose rows are in it. */
  get calls(): readonly GroupedCall[] {
    return this.#calls
  }

  /**
   * Encodes calls, in slices, until it has enough; one that cannot be written is rejected, and has no part in it.
   *
   * @param mostOf - How many calls on a table may be part of it.
   * @returns the calls that it has not taken.
   */
  async encode(
    calls: readonly GroupedCall[],
    mostOf: (table: BoundTable) => number,
  ): Promise<readonly GroupedCall[]> {
    const slice = this.#slice
    const left: GroupedCall[] = []
    this.#startSlice()
    try {
      for (const [index, call] of calls.entries()) {
        if (this.tooLarge !== undefined || this.#bufferBytes > this.#mostBytes) {
          return [...left, ...calls.slice(index)]
        }
        const rows = this.#rowsOf(call.given.table)
        if (rows.count >= mostOf(rows.table)) left.push(call)
        else {
          const goingOn = this.#encodeCall(call, rows)
          // To wait for what is there takes as long as to encode a row.
          if (goingOn !== undefined) await goingOn
        }
        if (slice.isOver()) await this.#pause()
      }
    } finally {
      slice.end()
    }
    return left
  }

  /** What is known of it before it is committed. */
  describe(): Draft<CommitTrace> {
    const tables = [...this.#tables.values()].filter(({ count }) => count > 0)
    return {
      ...{ database: this.#context.database, id: this.#transaction, kind: 'group' },
      calls: this.#calls.length,
      tables: tables.map(({ table: { ref } }) => ({ schema: ref.schema, name: ref.name })),
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      encodingMs: this.#slice.totalMs,
    }
  }

  /** Whether there is nothing to be written. */
  get isEmpty(): boolean {
    return [...this.#tables.values()].every(({ count }) => count === 0)
  }

  get isRolledBack(): boolean {
    return this.#isRolledBack
  }

  /**
   * Has the worker write and commit everything, and settles the calls.
   *
   * @param trace - What becomes of it is added.
   * @returns the calls that are to be written again, in their order.
   */
  async commit(client: WorkerClient, trace?: Draft<CommitTrace>): Promise<readonly GroupedCall[]> {
    const tables = [...this.#tables.values()].filter(({ count }) => count > 0)
    const startedAt = now()
    let timing: GroupTiming | undefined
    try {
      if (this.#isTraced) this.#traceCalls(tables.length)
      const reply = await this.#write(client, tables)
      const left = await this.#settle(client, tables, reply.outcomes)
      const again = new Set(left)
      if (this.#calls.some(({ mustRollBack }) => mustRollBack)) {
        await this.#rollBack(client)
        for (const call of this.#calls) if (!call.hasFailed) again.add(call)
      } else {
        const committed = reply.isCommitted ? reply : await this.#commit(client)
        const { walBytes, commitMs } = committed
        timing = { writingMs: now() - startedAt - commitMs, commitMs }
        if (trace !== undefined) Object.assign(trace, timing, { walBytes })
        recordCommit(this.#context, committed)
        this.#recordDurations(timing)
      }
      if (trace !== undefined) trace.isCommitted = !this.#isRolledBack
      this.resolve(again, timing)
      const rest = this.#calls.filter((call) => again.has(call))
      for (const call of rest) call.restart()
      return rest
    } catch (error) {
      await this.#rollBack(client)
      throw error
    }
  }

  /** Gives the calls what they have come to. @param but - Those that are to be written again. */
  resolve(but: ReadonlySet<GroupedCall> = new Set(), timing?: GroupTiming): void {
    const { waiting } = this.#context.durations
    for (const call of this.#calls) {
      if (but.has(call)) continue
      if (!call.hasFailed) waiting.record(this.#startedAt - call.startedAt)
      call.resolve(this.#tables.get(call.given.table.signature)?.batches ?? 0, this.#slice, timing)
    }
  }

  /** Gives back what it needed for encoding. */
  release(): void {
    for (const rows of this.#tables.values()) rows.release()
    this.#tables.clear()
  }

  async #write(client: WorkerClient, tables: readonly GroupedRows[]): Promise<ReplyOf<'group'>> {
    const { pool, flow, reading } = this.#context
    for (const [writer, rows] of tables.entries()) rows.announce(this.#transaction, writer)
    const writers = tables.map((rows) => rows.finish())
    const transferred = writers.flatMap(({ batches }) => batches.flatMap(buffersOf))
    const bytes = transferred.reduce((sum, { byteLength }) => sum + byteLength, 0)
    await flow.roomFor(bytes)
    flow.add(bytes)
    try {
      const request = { transaction: this.#transaction, writers, reading }
      const reply = await client.request('group', request, transferred)
      for (const buffer of reply.buffers) pool.give(buffer)
      return reply
    } finally {
      flow.remove(bytes)
      pool.trim()
    }
  }

  /** @returns the calls that the worker has not decided about. */
  async #settle(
    client: WorkerClient,
    tables: readonly GroupedRows[],
    outcomes: ReplyOf<'group'>['outcomes'],
  ): Promise<GroupedCall[]> {
    const left: GroupedCall[] = []
    for (const [writer, rows] of tables.entries()) {
      const next = () => client.request('violations', { transaction: this.#transaction, writer })
      left.push(...(await rows.settle(outcomes[writer] ?? [], next)))
    }
    return left
  }

  #commit(client: WorkerClient): Promise<ReplyOf<'commit'>> {
    return client.request('commit', { transaction: this.#transaction })
  }

  async #rollBack(client: WorkerClient): Promise<void> {
    this.#isRolledBack = true
    // A worker that has ended took its transactions with it.
    await client.request('rollback', { transaction: this.#transaction }).catch(() => undefined)
  }

  get #bufferBytes(): number {
    let bytes = 0
    for (const rows of this.#tables.values()) bytes += rows.bufferBytes
    return bytes
  }

  /** @returns undefined where it is done at once. */
  #encodeCall(call: GroupedCall, rows: GroupedRows): Promise<void> | undefined {
    const before = rows.place
    const encode = () => rows.encode(call, before, this.#slice, this.#mostBytes)
    try {
      const end = encode()
      if (end === 'time-over') return this.#goOn(call, encode)
      this.#record(call, end)
    } catch (error) {
      call.receipt.reject(error)
    }
    return undefined
  }

  async #goOn(call: GroupedCall, encode: () => EncodeEnd): Promise<void> {
    try {
      let end: EncodeEnd
      do {
        await this.#pause()
        end = encode()
      } while (end === 'time-over')
      this.#record(call, end)
    } catch (error) {
      call.receipt.reject(error)
    }
  }

  #record(call: GroupedCall, end: EncodeEnd): void {
    if (end === 'too-large') this.tooLarge = call
    else this.#calls.push(call)
    if (call.options.trace !== undefined) this.#isTraced = true
  }

  #traceCalls(tables: number): void {
    const shared = { commit: this.#transaction, calls: this.#calls.length, tables }
    for (const { options, startedAt } of this.#calls) {
      const { trace } = options
      if (trace !== undefined) Object.assign(trace, shared, { waitingMs: this.#startedAt - startedAt })
    }
  }

  #recordDurations({ writingMs }: GroupTiming): void {
    const { encoding, writing } = this.#context.durations
    encoding.record(this.#slice.totalMs)
    writing.record(writingMs)
  }

  #rowsOf(table: BoundTable): GroupedRows {
    const known = this.#tables.get(table.signature)
    if (known !== undefined) return known
    const rows = new GroupedRows(table)
    this.#tables.set(table.signature, rows)
    return rows
  }

  #startSlice(): void {
    for (const rows of this.#tables.values()) rows.resume()
    this.#slice.start()
  }

  async #pause(): Promise<void> {
    this.#slice.end()
    await nextTurn()
    this.#startSlice()
  }
}
