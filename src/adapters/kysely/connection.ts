import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { PersistenceService, QueryParameters, TransactionOptions } from '../../main/index.js'
import { OpenTransaction } from './open-transaction.js'
import { resultOf } from './statement-result.js'

/** What Kysely runs queries on: a service, or a transaction of it. */
export class DuckpaddleConnection implements DatabaseConnection {
  readonly #service: PersistenceService
  #transaction: OpenTransaction | undefined

  constructor(service: PersistenceService) {
    this.#service = service
  }

  async begin(options: TransactionOptions): Promise<void> {
    this.#transaction = await OpenTransaction.begin(this.#service, options)
  }

  async commit(): Promise<void> {
    await this.#transaction?.commit()
    this.#transaction = undefined
  }

  async rollback(): Promise<void> {
    await this.#transaction?.rollback()
    this.#transaction = undefined
  }

  /** One that is given back with a transaction that nobody has ended must not hold up all others. */
  async release(): Promise<void> {
    await this.rollback()
  }

  async executeQuery<Row>({ query, sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const target = this.#transaction?.calls ?? this.#service
    const result = resultOf(query)
    const values = toParameters(parameters)
    if (result === 'count') {
      const { rowsChanged } = await target.run(sql, values)
      return { rows: [], numAffectedRows: BigInt(rowsChanged) }
    }
    if (result === 'nothing') {
      await target.run(sql, values)
      return { rows: [] }
    }
    // Kysely's types say what the rows are.
    const rows = (await target.query(sql, values)) as object[] as Row[]
    return result === 'written rows' ? { rows, numAffectedRows: BigInt(rows.length) } : { rows }
  }

  /** @param chunkSize - Rows of each result; 1 where it is none. */
  async *streamQuery<Row>(
    { sql, parameters }: CompiledQuery,
    chunkSize = 1,
  ): AsyncIterableIterator<QueryResult<Row>> {
    const size = Number.isInteger(chunkSize) && chunkSize > 0 ? chunkSize : 1
    let rows: Row[] = []
    for await (const row of this.#rows(sql, toParameters(parameters))) {
      // As above.
      rows.push(row as Row)
      if (rows.length < size) continue
      yield { rows }
      rows = []
    }
    if (rows.length > 0) yield { rows }
  }

  /** A transaction has no stream: its rows are read first. */
  async *#rows(sql: string, parameters: QueryParameters): AsyncIterableIterator<object> {
    if (this.#transaction === undefined) yield* this.#service.stream(sql, parameters)
    else yield* await this.#transaction.calls.query(sql, parameters)
  }
}

/** What is no value of DuckDB's is refused with the query. */
function toParameters(values: readonly unknown[]): QueryParameters {
  return values as QueryParameters
}
