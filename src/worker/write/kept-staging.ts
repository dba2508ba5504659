import type { TableMetadata } from '../catalog/table-metadata.js'
import { outcomesSql } from '../constraints/row-outcomes.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { TemporaryTables } from '../ingest/temporary-tables.js'
import type { TransactionConnection } from '../transaction-connection.js'

/** Those of each connection, by the tables that they are for. */
const ofConnections = new WeakMap<TransactionConnection, Map<string, KeptStaging>>()

/**
 * The temporary tables of transactions that write to one table, one after the other, and leave them empty: to create
 * them takes as long as to write a few rows.
 */
export class KeptStaging {
  readonly temporaries: TemporaryTables
  readonly staging: StagingTable
  readonly #metadata: TableMetadata
  readonly #outcomes: string

  private constructor(temporaries: TemporaryTables, metadata: TableMetadata) {
    this.temporaries = temporaries
    this.staging = new StagingTable(temporaries.ref('staging'), metadata)
    this.#metadata = metadata
    this.#outcomes = temporaries.sql('outcomes')
  }

  /** Whether the connection has some for a table. */
  static has(connection: TransactionConnection, table: string): boolean {
    return ofConnections.get(connection)?.has(table) === true
  }

  /** For how many tables the connection has some. */
  static count(connection: TransactionConnection): number {
    return ofConnections.get(connection)?.size ?? 0
  }

  /**
   * Those that the connection has for a table, or new ones.
   *
   * @param temporaries - How new ones are named.
   */
  static async take(
    connection: TransactionConnection,
    table: string,
    metadata: TableMetadata,
    temporaries: TemporaryTables,
  ): Promise<KeptStaging> {
    const all = ofConnections.get(connection) ?? new Map<string, KeptStaging>()
    ofConnections.set(connection, all)
    const known = all.get(table)
    if (known !== undefined) {
      if (known.#metadata === metadata) return known
      await known.#drop(connection)
    }
    const kept = new KeptStaging(temporaries, metadata)
    await connection.run(kept.staging.createSql(table))
    await connection.run(outcomesSql(kept.#outcomes))
    all.set(table, kept)
    return kept
  }

  /** Leaves them to the next transaction, should this one be committed. */
  async empty(connection: TransactionConnection, hasOutcomes: boolean): Promise<void> {
    await connection.run(`TRUNCATE ${this.staging.table}`)
    if (hasOutcomes) await connection.run(`TRUNCATE ${this.#outcomes}`)
  }

  async #drop(connection: TransactionConnection): Promise<void> {
    await connection.run(`DROP TABLE ${this.staging.table}`)
    await connection.run(`DROP TABLE ${this.#outcomes}`)
  }
}
