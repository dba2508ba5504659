import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { mainOf, quoteIdentifier, type SchemaRef } from '../../protocol/sql.js'

/** DuckDB with a database open, in which every connection begins. */
export class Instance {
  readonly place: SchemaRef
  readonly #instance: DuckDBInstance
  /** The database was attached to one in memory, in which connections would begin. */
  readonly #isAttached: boolean

  constructor(instance: DuckDBInstance, catalog: string, isAttached: boolean) {
    this.#instance = instance
    this.place = mainOf(catalog)
    this.#isAttached = isAttached
  }

  async connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect()
    if (this.#isAttached) await connection.run(this.#useSql)
    return connection
  }

  close(): void {
    this.#instance.closeSync()
  }

  get #useSql(): string {
    const { catalog, schema } = this.place
    return `USE ${quoteIdentifier(catalog)}.${quoteIdentifier(schema)}`
  }
}
