import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoteIdentifier, type SchemaRef } from '../../protocol/sql.js'

/** DuckDB with a database open, in which every connection begins. */
export class Instance {
  readonly place: SchemaRef
  readonly #instance: DuckDBInstance
  /** The database was attached to one in memory, in which connections would begin. */
  readonly #isAttached: boolean

  /** @param place - Where its tables are. */
  constructor(instance: DuckDBInstance, place: SchemaRef, isAttached: boolean) {
    this.#instance = instance
    this.place = place
    this.#isAttached = isAttached
  }

  async connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect()
    if (this.#isAttached) await connection.run(this.#useSql)
    return connection
  }

  /** Runs what is to come before anything else; the instance is closed where that fails. */
  async prepare(task: (connection: DuckDBConnection) => Promise<void>): Promise<this> {
    const connection = await this.connect()
    try {
      await task(connection)
      return this
    } catch (error) {
      this.close()
      throw error
    } finally {
      connection.disconnectSync()
    }
  }

  close(): void {
    this.#instance.closeSync()
  }

  get #useSql(): string {
    const { catalog, schema } = this.place
    return `USE ${quoteIdentifier(catalog)}.${quoteIdentifier(schema)}`
  }
}
