import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api'

export type GivenRow = Readonly<Record<string, string | number | null>>
export type StoredRow = Readonly<Record<string, Json>>

export interface Outcome {
  readonly inserted: number
  readonly updated: number
  /** The rows that DuckDB refuses. */
  readonly rejected: readonly number[]
}

const literal = (value: Json) =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value)

/** DuckDB itself: what becomes of rows that are upserted by a statement each, one after the other. */
export class RowByRow {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async create(): Promise<RowByRow> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    return new RowByRow(await instance.connect())
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql)
  }

  async read(sql: string): Promise<StoredRow[]> {
    const reader = await this.#connection.runAndReadAll(sql)
    return reader.getRowObjectsJson()
  }

  /**
   * Writes each row by a statement that is committed by itself: an INSERT if no row has its key, or else an UPDATE of
   * the columns that it changes.
   */
  async upsert(table: string, key: readonly string[], rows: readonly GivenRow[]): Promise<Outcome> {
    const outcome = { inserted: 0, updated: 0, rejected: [] as number[] }
    for (const [index, row] of rows.entries()) {
      const { sql, kind } = await this.#toStatement(table, key, row)
      if (sql === undefined || (await this.#succeeds(sql))) outcome[kind]++
      else outcome.rejected.push(index)
    }
    return outcome
  }

  /**
   * The same in one transaction, where DuckDB holds a row for referred to also when the one that referred to it has
   * been changed by an earlier statement. A statement that fails ends the transaction, so that each is tried after a
   * repetition of the good ones before it.
   */
  async upsertInOneTransaction(
    table: string,
    key: readonly string[],
    rows: readonly GivenRow[],
  ): Promise<Outcome> {
    const outcome = { inserted: 0, updated: 0, rejected: [] as number[] }
    const good: string[] = []
    for (const [index, row] of rows.entries()) {
      await this.run('BEGIN')
      for (const sql of good) await this.run(sql)
      const { sql, kind } = await this.#toStatement(table, key, row)
      const isGood = sql === undefined || (await this.#succeeds(sql))
      await this.run('ROLLBACK')
      if (isGood) outcome[kind]++
      else outcome.rejected.push(index)
      if (isGood && sql !== undefined) good.push(sql)
    }
    await this.run('BEGIN')
    for (const sql of good) await this.run(sql)
    await this.run('COMMIT')
    return outcome
  }

  close(): void {
    this.#connection.closeSync()
  }

  async #toStatement(
    table: string,
    key: readonly string[],
    row: GivenRow,
  ): Promise<{ readonly sql: string | undefined; readonly kind: 'inserted' | 'updated' }> {
    const isOfKey = key.map((name) => `${name} = ${literal(row[name] ?? null)}`).join(' AND ')
    const [current] = await this.read(`SELECT * FROM ${table} WHERE ${isOfKey}`)
    const entries = Object.entries(row)
    if (current === undefined) {
      const values = entries.map(([, value]) => literal(value)).join(', ')
      return {
        kind: 'inserted',
        sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values})`,
      }
    }
    const changes = entries
      .filter(([name, value]) => current[name] !== value)
      .map(([name, value]) => `${name} = ${literal(value)}`)
    const sql =
      changes.length === 0 ? undefined : `UPDATE ${table} SET ${changes.join(', ')} WHERE ${isOfKey}`
    return { kind: 'updated', sql }
  }

  async #succeeds(sql: string): Promise<boolean> {
    try {
      await this.run(sql)
      return true
    } catch {
      return false
    }
  }
}
