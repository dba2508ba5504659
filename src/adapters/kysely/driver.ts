import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely'
import type { PersistenceService } from '../../main/index.js'
import { DuckpaddleConnection } from './connection.js'
import type { DuckpaddleDialectConfig } from './dialect-config.js'

/** The connections of one service. They cost nothing: each call of a service has one of DuckDB's for itself. */
export class DuckpaddleDriver implements Driver {
  readonly #config: DuckpaddleDialectConfig
  #service: PersistenceService | undefined

  constructor(config: DuckpaddleDialectConfig) {
    this.#config = config
  }

  async init(): Promise<void> {
    const { service } = this.#config
    this.#service = typeof service === 'function' ? await service() : service
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#service === undefined) throw new TypeError('Expected the driver to be initialized')
    return new DuckpaddleConnection(this.#service)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await own(connection).release()
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { accessMode, isolationLevel }: TransactionSettings,
  ): Promise<void> {
    if (accessMode === 'read only') {
      throw new TypeError(
        "Expected the access mode 'read write', which is all that there is, got 'read only'",
      )
    }
    if (isolationLevel !== undefined && isolationLevel !== 'snapshot') {
      throw new TypeError(
        `Expected the isolation level 'snapshot', which is DuckDB's only one, got '${isolationLevel}'`,
      )
    }
    await own(connection).begin({ timeoutMs: this.#config.transactionTimeoutMs })
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).rollback()
  }

  async savepoint(): Promise<void> {
    refuseSavepoint()
  }

  async rollbackToSavepoint(): Promise<void> {
    refuseSavepoint()
  }

  async releaseSavepoint(): Promise<void> {
    refuseSavepoint()
  }

  async destroy(): Promise<void> {
    if (typeof this.#config.service === 'function') await this.#service?.close()
  }
}

function refuseSavepoint(): never {
  throw new TypeError('DuckDB has no savepoints: a transaction is committed, or rolled back, as a whole')
}

/** @throws TypeError for a connection of another dialect. */
function own(connection: DatabaseConnection): DuckpaddleConnection {
  if (connection instanceof DuckpaddleConnection) return connection
  throw new TypeError('Expected a connection of this driver')
}
