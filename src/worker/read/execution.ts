import type {
  DuckDBConnection,
  DuckDBExtractedStatements,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
  DuckDBResult,
} from '@duckdb/node-api'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { DateProbe } from '../parameters/date-probe.js'
import { StatementParameters } from '../parameters/statement-parameters.js'
import { runCooperatively, streamCooperatively } from '../run-cooperatively.js'
import { splitWithStrings } from '../sql/sql-words.js'
import type { OuterTransaction } from './outer-transaction.js'

/** The statements of one call, on a connection of their own. */
export class Execution {
  readonly database: Database
  readonly connection: DuckDBConnection
  readonly request: ExecuteRequest
  /** What the statements are part of, where they are not on their own. */
  readonly outer: OuterTransaction | undefined
  readonly #checkStop: () => void

  /** @param checkStop - What it throws ends the statement that is running. */
  constructor(
    database: Database,
    connection: DuckDBConnection,
    request: ExecuteRequest,
    checkStop: () => void,
    outer?: OuterTransaction,
  ) {
    this.database = database
    this.connection = connection
    this.request = request
    this.#checkStop = checkStop
    this.outer = outer
  }

  /** @throws DuckDB's error where it cannot parse them. */
  async extract(): Promise<DuckDBExtractedStatements> {
    const { sql } = this.request
    if (splitWithStrings(sql).length === 0) {
      throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message: 'The SQL has no statement' })
    }
    return this.database.poolCall(() => this.connection.extractStatements(sql))
  }

  /** The values of the call for its statements. */
  parametersFor({ count }: DuckDBExtractedStatements): StatementParameters {
    const { sql, mayWrite } = this.request
    const dates = new DateProbe(this.database, this.connection, sql, mayWrite)
    return new StatementParameters(this.request, count, dates)
  }

  async run(
    statement: DuckDBPreparedStatement,
    values: StatementParameters,
  ): Promise<DuckDBMaterializedResult> {
    await values.bind(statement)
    return runCooperatively(this.database, this.connection, statement, this.#checkStop)
  }

  /** The same for rows that are computed as they are fetched. */
  async stream(statement: DuckDBPreparedStatement, values: StatementParameters): Promise<DuckDBResult> {
    await values.bind(statement)
    return streamCooperatively(this.database, this.connection, statement, this.#checkStop)
  }
}
