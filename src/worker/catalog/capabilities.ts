import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteLiteral } from '../../protocol/sql.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { queryMysql } from './mysql-sql.js'

/** What can be done with the tables of a catalog. */
export interface Capabilities {
  /**
   * Whether rows can be appended to its tables in a transaction, and be found again by the numbers that DuckDB gives to
   * new rows. Otherwise they go by way of a temporary table.
   */
  readonly canAppend: boolean
  /** Whether its tables tell their rows apart by a `rowid`. */
  readonly hasRowId: boolean
  /** Whether UPDATE and DELETE reach its tables. */
  readonly canChange: boolean
  /** Whether a table can be made with a PRIMARY KEY, and says that it has one. */
  readonly hasPrimaryKey: boolean
  /** Whether DuckDB knows more of its tables' constraints than the columns that are NOT NULL, or any index. */
  readonly knowsConstraints: boolean
  /** Whether a DOUBLE can be NaN: SQLite makes NULL of it. */
  readonly hasNaN: boolean
  /** Whether a HUGEINT keeps its digits: DuckLake makes a DOUBLE of it. */
  readonly hasHugeint: boolean
  /**
   * Whether it keeps a few rows as text in the catalog of a server, where a STRUCT loses quotes that are in it, or cannot
   * be read any more.
   */
  readonly inlines: boolean
  /**
   * Whether a server gives the columns that an INSERT leaves out their DEFAULTs, which may be of functions and sequences
   * that are there alone. Otherwise it would have NULL for them.
   */
  readonly givesDefaults: boolean
  /** The function that has the server itself run a query, where that knows more of its tables than DuckDB. */
  readonly asks?: 'postgres_query' | 'mysql_query' | 'query'
  /**
   * The server whose own SQL makes and changes tables: what DuckDB's extension makes of a CREATE TABLE has other types, and
   * it takes no UPDATE or DELETE by rows that are here.
   */
  readonly dialect?: 'mysql'
}

/** Of files, and of databases in memory. */
const own: Capabilities = {
  canAppend: true,
  hasRowId: true,
  canChange: true,
  hasPrimaryKey: true,
  knowsConstraints: true,
  hasNaN: true,
  hasHugeint: true,
  inlines: false,
  givesDefaults: false,
}

/** What a catalog can do, by the kind of storage that DuckDB says it is. */
export async function readCapabilities(
  database: Database,
  connection: DuckDBConnection,
  catalog: string,
): Promise<Capabilities> {
  const isThis = `database_name = ${quoteLiteral(catalog)}`
  const found = await database.execute(connection, `SELECT type FROM duckdb_databases() WHERE ${isThis}`)
  const [[type] = []] = await database.poolCall(() => found.getRowsJson())
  // Storage of DuckDB's own: the tables of others take an appender as well, and write its rows outside of a transaction.
  if (type === 'duckdb') return own
  // A `rowid` of Postgres is for its own statements: it reads as NULL.
  const isSqlite = type === 'sqlite'
  if (type === 'mysql') await checkMode(database, connection, catalog)
  return {
    canAppend: false,
    hasRowId: type === 'ducklake' || isSqlite,
    canChange: type !== 'quack',
    hasPrimaryKey: isSqlite,
    knowsConstraints: type !== 'mysql',
    hasNaN: !isSqlite,
    hasHugeint: type !== 'ducklake',
    inlines: type === 'ducklake',
    givesDefaults: type !== 'ducklake' && !isSqlite,
    ...(type === 'mysql' ? { dialect: 'mysql' } : {}),
    ...asking[String(type)],
  }
}

/**
 * A MySQL that is not strict shortens texts and rounds numbers, and says nothing; where a backslash is a character like any
 * other, the texts of DuckDB's extension end where they do not.
 *
 * @throws `PERSIST_SCHEMA_MISMATCH`.
 */
async function checkMode(database: Database, connection: DuckDBConnection, catalog: string): Promise<void> {
  const found = await database.execute(
    connection,
    `SELECT mode::VARCHAR FROM ${queryMysql(catalog, 'SELECT @@SESSION.sql_mode AS mode')}`,
  )
  const [[mode] = []] = await database.poolCall(() => found.getRows())
  const modes = String(mode).split(',')
  if (!modes.includes('STRICT_TRANS_TABLES') && !modes.includes('STRICT_ALL_TABLES')) {
    mismatch('The server would change values that it cannot store: its sql_mode needs STRICT_TRANS_TABLES')
  }
  if (modes.includes('NO_BACKSLASH_ESCAPES')) {
    mismatch('The server would not take texts as they are: its sql_mode has NO_BACKSLASH_ESCAPES')
  }
}

const asking: Readonly<Record<string, Pick<Capabilities, 'asks'>>> = {
  postgres: { asks: 'postgres_query' },
  mysql: { asks: 'mysql_query' },
  quack: { asks: 'query' },
}

function mismatch(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_SCHEMA_MISMATCH', message })
}
