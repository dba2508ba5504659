import type { Failure } from '../../protocol/failure.js'
import type { ReplyOf, RequestOf } from '../../protocol/requests.js'
import type { FinalWrite, GroupedOutcome, GroupedRange } from '../../protocol/write-requests.js'
import type { CatalogReader } from '../catalog/catalog-reader.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { CommittedCalls } from './committed-calls.js'
import { DirectCommits } from './direct-commits.js'
import { IdleConnections } from './idle-connections.js'
import { writeAtExit } from './write-at-exit.js'
import { WriteTransaction } from './write-transaction.js'

interface Surroundings {
  /** Whether a statement is being executed, or its result read. */
  readonly isReading: () => boolean
  /** Called after each commit, before it is answered. */
  readonly committed: () => Promise<void>
}

/** The transactions that main has begun, by their numbers, and what they share. */
export class Transactions {
  readonly #database: Database
  readonly #catalog: CatalogReader
  readonly #surroundings: Surroundings
  readonly #open = new Map<number, WriteTransaction>()
  readonly #connections: IdleConnections
  readonly #directCommits: DirectCommits
  readonly #committed = new CommittedCalls()

  constructor(database: Database, catalog: CatalogReader, surroundings: Surroundings) {
    this.#database = database
    this.#catalog = catalog
    this.#surroundings = surroundings
    this.#connections = new IdleConnections(database)
    const isAlone = () => this.#open.size === 0 && !surroundings.isReading()
    this.#directCommits = new DirectCommits(database, catalog, isAlone)
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size
  }

  get(id: number): WriteTransaction {
    const transaction = this.#open.get(id)
    if (transaction !== undefined) return transaction
    throw new WorkerFailure({
      code: 'PERSIST_WORKER_LOST',
      message: 'The worker does not know the transaction',
    })
  }

  /** @param isShort - Whether it is soon done, so that it gives way to no other. */
  begin(request: RequestOf<'begin'>, isShort = false): Promise<ReplyOf<'begin'>> {
    const started = new WriteTransaction(this.#database, this.#catalog, this.#connections, isShort)
    this.#open.set(request.transaction, started)
    return started.begin(request)
  }

  /** A transaction whose commit fails stays, for main rolls it back. */
  async commit({ transaction }: RequestOf<'commit'>): Promise<ReplyOf<'commit'>> {
    const write = this.get(transaction)
    const startedAt = performance.now()
    await write.commit()
    const commitMs = performance.now() - startedAt
    this.#open.delete(transaction)
    return this.#recordCommit(transaction, write.outcomes, commitMs)
  }

  async rollback({ transaction }: RequestOf<'rollback'>): Promise<void> {
    await this.#open.get(transaction)?.rollback()
    this.#open.delete(transaction)
  }

  /** Begins, writes and, unless main has to decide about a row, commits. */
  async group(request: RequestOf<'group'>): Promise<ReplyOf<'group'>> {
    const { transaction, writers } = request
    const batches = writers.flatMap(({ batches }, writer) => batches.map((batch) => ({ writer, batch })))
    const buffers = batches.map(({ batch }) => batch.buffer)
    const directMs = await this.#directCommits.commit(writers)
    if (directMs !== undefined) {
      const outcomes = writers.map(() => [])
      const committed = await this.#recordCommit(transaction, outcomes, directMs)
      return { ...committed, buffers, outcomes, isCommitted: true }
    }
    // The requests of a transaction are in order, so none of them has to be waited for but the last.
    const steps: Promise<unknown>[] = [this.begin(request, true)]
    for (const { writer, batch } of batches) steps.push(this.get(transaction).write(writer, batch))
    await Promise.all(steps)
    const outcomes = await this.get(transaction).applyGroup()
    const isCommitted = writers.every(({ calls = [] }, writer) => {
      return (outcomes[writer] ?? []).every((outcome, call) => isSettled(calls[call], outcome))
    })
    const { walBytes, commitMs } = isCommitted
      ? await this.commit({ transaction })
      : { walBytes: this.#database.walBytes, commitMs: 0 }
    return { walBytes, commitMs, buffers, outcomes, isCommitted }
  }

  /** @param failure - What is still asked of them fails with this. */
  async rollBackAll(failure?: Failure): Promise<void> {
    await Promise.all([...this.#open.values()].map((transaction) => transaction.rollback(failure)))
  }

  /** Writes what is to be written last, but for what is committed already; nothing else is under way any more. */
  async writeLast(finalWrites: readonly FinalWrite[]): Promise<void> {
    if (finalWrites.length === 0) return
    // What follows is not to be stopped.
    this.#database.allowLastWrites()
    for (const finalWrite of finalWrites) {
      const { written } = finalWrite
      const isWritten = written !== undefined && this.#committed.has(written)
      if (!isWritten) await writeAtExit(this.#database, this.#catalog, this.#connections, finalWrite)
    }
    await this.#database.drain()
  }

  /** Before the database is closed. */
  close(): void {
    this.#directCommits.close()
  }

  async #recordCommit(
    transaction: number,
    outcomes: readonly (readonly GroupedOutcome[])[],
    commitMs: number,
  ): Promise<ReplyOf<'commit'>> {
    this.#committed.add(transaction, outcomes)
    await this.#surroundings.committed()
    return { walBytes: this.#database.walBytes, commitMs }
  }
}

/** Whether nothing is left to be decided about a call of a group. */
function isSettled(call: GroupedRange | undefined, { rejected, isWithdrawn }: GroupedOutcome): boolean {
  return rejected === 0 && (isWithdrawn || call?.isGivenUp === false)
}
