import type { PersistenceService, Transaction, TransactionOptions } from '../../main/index.js'
import { Deferred } from '../../sync/deferred.js'

/** Rolls a transaction back: what its callback is made to throw. */
const rolledBack = new Error('The transaction is rolled back')

/** A transaction of a service whose callback ends when Kysely says so. */
export class OpenTransaction {
  readonly calls: Transaction
  readonly #end: Deferred<void>
  readonly #ended: Promise<void>

  private constructor(calls: Transaction, end: Deferred<void>, ended: Promise<void>) {
    this.calls = calls
    this.#end = end
    this.#ended = ended
  }

  /** Resolves when it has its turn. */
  static async begin(service: PersistenceService, options: TransactionOptions): Promise<OpenTransaction> {
    const [begun, end] = [new Deferred<Transaction>(), new Deferred<void>()]
    const ended = service.transaction((transaction) => {
      begun.resolve(transaction)
      return end.promise
    }, options)
    // One that fails before it is ended is reported by its calls, and when it is ended.
    ended.catch(begun.reject)
    return new OpenTransaction(await begun.promise, end, ended)
  }

  /** @throws what a call of it has failed with, also where Kysely's callback has caught it. */
  async commit(): Promise<void> {
    this.#end.resolve()
    await this.#ended
  }

  /** Resolves when nothing of it is left, also where it has failed before. */
  async rollback(): Promise<void> {
    this.#end.reject(rolledBack)
    await this.#ended.catch(() => undefined)
  }
}
