import type { Database } from '../database.js'
import { TransactionConnection } from '../transaction-connection.js'
import { KeptStaging } from './kept-staging.js'

/** As many as transactions are under way when only short ones are: one of plain tables, one of those that are checked. */
const mostIdle = 2

/** Staging tables are kept for so many tables, until a connection begins anew. */
const mostTables = 64

/** Connections that transactions have left as they were: to connect takes a tenth of a small transaction. */
export class IdleConnections {
  readonly #database: Database
  readonly #idle: TransactionConnection[] = []

  constructor(database: Database) {
    this.#database = database
  }

  /** @param tables - What the transaction writes to: the connection that has staging tables for them is best. */
  async take(tables: readonly string[]): Promise<TransactionConnection> {
    this.#database.shutdown.checkStop()
    const ready = this.#idle.findIndex((idle) => tables.some((table) => KeptStaging.has(idle, table)))
    const [idle] = this.#idle.splice(ready === -1 ? 0 : ready, 1)
    return idle ?? TransactionConnection.open(this.#database)
  }

  keep(connection: TransactionConnection): void {
    const isUseful = !connection.isStopped && KeptStaging.count(connection) <= mostTables
    if (isUseful && this.#idle.length < mostIdle) this.#idle.push(connection)
    else connection.disconnect()
  }
}
