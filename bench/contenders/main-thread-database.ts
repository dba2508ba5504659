import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

export interface MainThreadOptions {
  /** @defaultValue false */
  readonly hasPrimaryKey?: boolean
  /** DuckDB settings; `threads` is 1 unless it is one of them. */
  readonly config?: Readonly<Record<string, string>>
}

/** A database on the thread that calls it, with one table, which is empty in a new file, and one connection. */
export class MainThreadDatabase {
  readonly connection: DuckDBConnection
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.connection = connection
  }

  /** @param createTable - Makes the SQL of the table, which may be there already. */
  static async open(
    path: string,
    createTable: (options: { readonly hasPrimaryKey: boolean }) => string,
    { hasPrimaryKey = false, config = {} }: MainThreadOptions = {},
  ): Promise<MainThreadDatabase> {
    const instance = await DuckDBInstance.create(path, { threads: '1', ...config })
    const connection = await instance.connect()
    await connection.run(createTable({ hasPrimaryKey }))
    return new MainThreadDatabase(instance, connection)
  }

  async transaction(work: (connection: DuckDBConnection) => Promise<void>): Promise<undefined> {
    await this.connection.run('BEGIN TRANSACTION')
    await work(this.connection)
    await this.connection.run('COMMIT')
    return undefined
  }

  async close(): Promise<void> {
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}
