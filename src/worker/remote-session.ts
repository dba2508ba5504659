import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { qualify, quoteIdentifier, quoteLiteral, type SchemaRef, type TableRef } from '../protocol/sql.js'
import { FifoLock } from '../sync/fifo-lock.js'
import type { ServerTurns } from './server-turns.js'

/** Has what is known of the server's tables be asked for again. */
const clearCache = 'CALL quack_clear_cache()'

/** Runs a statement, whatever it returns. */
type Run = (connection: DuckDBConnection, sql: string) => Promise<unknown>

/** A transaction on a server. */
export interface RemoteTransaction {
  /** @throws where something in it has failed: a COMMIT would resolve, and store nothing. */
  commit(): Promise<void>
  rollback(): Promise<void>
}

/**
 * Writing to a server that takes no part in the transactions of this DuckDB: of what is inserted there a ROLLBACK takes
 * nothing back, and an INSERT that fails leaves what it had sent. A connection to it has a transaction of its own, which
 * is begun and ended by SQL that is sent as it is. It is a connection that nobody reads by, and has one transaction at a
 * time.
 */
export class RemoteSession {
  readonly #place: SchemaRef
  readonly #writes: string
  readonly #turns: ServerTurns
  readonly #lock = new FifoLock()

  /**
   * @param place - Where its tables are, for those who read.
   * @param writes - The catalog of the connection by which rows are written.
   * @param turns - In which statements are sent.
   */
  constructor(place: SchemaRef, writes: string, turns: ServerTurns) {
    this.#place = place
    this.#writes = writes
    this.#turns = turns
  }

  /** A table as those know it who write. */
  redirect(table: TableRef): TableRef {
    return table.catalog === this.#place.catalog ? { ...table, catalog: this.#writes } : table
  }

  /**
   * Has tables be seen that others have made, or this service by another connection.
   *
   * @param runNow - Runs a statement, out of turn.
   */
  async refresh(runNow: (sql: string) => Promise<unknown>): Promise<void> {
    await this.#turns.all(() => runNow(clearCache))
  }

  /** Begins a transaction, when those before it have ended. SQL on the connection is about the same tables from now on. */
  async begin(connection: DuckDBConnection, run: Run): Promise<RemoteTransaction> {
    const turn = this.#lock.enter()
    await turn.granted
    const send = (sql: string) => this.#turns.write(() => run(connection, this.#send(sql)))
    try {
      await this.refresh((sql) => run(connection, sql))
      await run(connection, `USE ${quoteIdentifier(this.#writes)}.${quoteIdentifier(this.#place.schema)}`)
      await send('BEGIN TRANSACTION')
    } catch (error) {
      turn.leave()
      throw error
    }
    return {
      commit: async () => {
        await send('SELECT 1')
        await send('COMMIT')
        turn.leave()
      },
      rollback: async () => {
        try {
          await send('ROLLBACK')
        } finally {
          turn.leave()
        }
      },
    }
  }

  /**
   * Deletes the rows of a table whose values are among those that `select` has, by the same names.
   *
   * @param runNow - Runs a statement, out of turn.
   */
  async delete(
    runNow: (sql: string) => Promise<unknown>,
    table: TableRef,
    names: readonly string[],
    select: string,
  ): Promise<void> {
    // Of a name that no process on any machine has for one.
    const keys = { ...table, name: `duckpaddle_keys_${randomUUID()}` }
    const [onServer, keysOnServer] = [table, keys].map(({ schema, name }) =>
      [schema, name].map(quoteIdentifier).join('.'),
    )
    const columns = names.map(quoteIdentifier).join(', ')
    const run = (sql: string) => this.#turns.write(() => runNow(sql))
    // A CREATE TABLE AS from here would begin a transaction of its own.
    await run(this.#send(`CREATE TABLE ${keysOnServer} AS SELECT ${columns} FROM ${onServer} LIMIT 0`))
    await this.refresh(runNow)
    await run(`INSERT INTO ${qualify(keys)} ${select}`)
    await run(
      this.#send(`DELETE FROM ${onServer} WHERE (${columns}) IN (SELECT ${columns} FROM ${keysOnServer})`),
    )
    await run(this.#send(`DROP TABLE ${keysOnServer}`))
  }

  #send(sql: string): string {
    return `FROM ${quoteIdentifier(this.#writes)}.query(${quoteLiteral(sql)})`
  }
}
