import {
  type DuckDBConnection,
  DuckDBDecimalType,
  DuckDBEnumType,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import {
  type ColumnDescriptor,
  type ColumnType,
  formatColumnType,
  type PlainColumnType,
  quoteIdentifier,
  quoteLiteral,
} from '../protocol/column-type.js'
import type { TableDefinition, TableDescription } from '../protocol/requests.js'
import type { Database } from './database.js'
import { WorkerFailure } from './failure.js'

const plainTypes: ReadonlyMap<DuckDBTypeId, PlainColumnType['name']> = new Map([
  [DuckDBTypeId.BOOLEAN, 'BOOLEAN'],
  [DuckDBTypeId.TINYINT, 'TINYINT'],
  [DuckDBTypeId.SMALLINT, 'SMALLINT'],
  [DuckDBTypeId.INTEGER, 'INTEGER'],
  [DuckDBTypeId.BIGINT, 'BIGINT'],
  [DuckDBTypeId.UTINYINT, 'UTINYINT'],
  [DuckDBTypeId.USMALLINT, 'USMALLINT'],
  [DuckDBTypeId.UINTEGER, 'UINTEGER'],
  [DuckDBTypeId.UBIGINT, 'UBIGINT'],
  [DuckDBTypeId.HUGEINT, 'HUGEINT'],
  [DuckDBTypeId.UHUGEINT, 'UHUGEINT'],
  [DuckDBTypeId.FLOAT, 'FLOAT'],
  [DuckDBTypeId.DOUBLE, 'DOUBLE'],
  [DuckDBTypeId.VARCHAR, 'VARCHAR'],
  [DuckDBTypeId.BLOB, 'BLOB'],
  [DuckDBTypeId.DATE, 'DATE'],
  [DuckDBTypeId.TIME, 'TIME'],
  [DuckDBTypeId.TIMESTAMP, 'TIMESTAMP'],
  [DuckDBTypeId.TIMESTAMP_S, 'TIMESTAMP_S'],
  [DuckDBTypeId.TIMESTAMP_MS, 'TIMESTAMP_MS'],
  [DuckDBTypeId.TIMESTAMP_NS, 'TIMESTAMP_NS'],
  [DuckDBTypeId.TIMESTAMP_TZ, 'TIMESTAMPTZ'],
  [DuckDBTypeId.INTERVAL, 'INTERVAL'],
  [DuckDBTypeId.UUID, 'UUID'],
])

/** What the tables of the main schema look like, read from DuckDB's catalog. */
export class TableCatalog {
  readonly #database: Database
  readonly #known = new Map<string, { version: number; columns: readonly ColumnDescriptor[] }>()

  constructor(database: Database) {
    this.#database = database
  }

  async create(connection: DuckDBConnection, table: string, definition: TableDefinition): Promise<void> {
    const parts = definition.columns.map(
      ({ name, type, notNull }) =>
        `${quoteIdentifier(name)} ${formatColumnType(type)}${notNull ? ' NOT NULL' : ''}`,
    )
    const { primaryKey } = definition
    if (primaryKey.length > 0) parts.push(`PRIMARY KEY (${primaryKey.map(quoteIdentifier).join(', ')})`)
    const sql = `CREATE TABLE IF NOT EXISTS main.${quoteIdentifier(table)} (${parts.join(', ')})`
    await this.#database.execute(connection, sql)
  }

  /** True if there is a table, or a view, of this name; DuckDB ignores the case of names. */
  async has(connection: DuckDBConnection, table: string): Promise<boolean> {
    return (await this.#kind(connection, table)) !== undefined
  }

  /** Like `describe`, but asks the catalog again only after a statement that may have changed it. */
  async columnsOf(connection: DuckDBConnection, table: string): Promise<readonly ColumnDescriptor[]> {
    const version = this.#database.catalogVersion
    const known = this.#known.get(table)
    if (known?.version === version) return known.columns
    const { columns } = await this.describe(connection, table)
    this.#known.set(table, { version, columns })
    return columns
  }

  async describe(connection: DuckDBConnection, table: string): Promise<TableDescription> {
    const kind = await this.#kind(connection, table)
    if (kind === undefined) {
      throw new WorkerFailure({ code: 'PERSIST_TABLE_NOT_FOUND', message: `There is no table \`${table}\`` })
    }
    if (kind === 'view') mismatch(`\`${table}\` is a view, and rows are written to tables`)
    const { types, primaryKey, notNull, generated } = await this.#readColumns(connection, table)
    const columns: ColumnDescriptor[] = []
    for (const [name, type] of types) {
      if (generated.has(name)) continue
      columns.push({ name, type: toColumnType(table, name, type), notNull: notNull.has(name) })
    }
    return { columns, primaryKey }
  }

  async #kind(connection: DuckDBConnection, table: string): Promise<'table' | 'view' | undefined> {
    const [row] = await this.#read(
      connection,
      `SELECT 'table' FROM duckdb_tables() WHERE ${isNamed('table_name', table)}
       UNION ALL SELECT 'view' FROM duckdb_views() WHERE ${isNamed('view_name', table)}`,
    )
    return row === undefined ? undefined : row[0] === 'view' ? 'view' : 'table'
  }

  async #readColumns(connection: DuckDBConnection, table: string): Promise<Columns> {
    const quoted = `main.${quoteIdentifier(table)}`
    const empty = await this.#database.execute(connection, `SELECT * FROM ${quoted} LIMIT 0`)
    const types = new Map(empty.columnNames().map((name, index) => [name, empty.columnType(index)]))
    const isOfTable = isNamed('table_name', table)
    const keyRows = await this.#read(
      connection,
      `SELECT unnest(constraint_column_names) FROM duckdb_constraints()
       WHERE constraint_type = 'PRIMARY KEY' AND ${isOfTable}`,
    )
    const primaryKey = keyRows.map(([name]) => String(name))
    const notNull = new Set(primaryKey)
    const withDefault: string[] = []
    const columnRows = await this.#read(
      connection,
      `SELECT column_name, is_nullable, column_default FROM duckdb_columns() WHERE ${isOfTable}`,
    )
    for (const [name, isNullable, defaultValue] of columnRows) {
      if (isNullable === false) notNull.add(String(name))
      if (defaultValue !== null) withDefault.push(String(name))
    }
    return { types, primaryKey, notNull, generated: await this.#generated(connection, quoted, withDefault) }
  }

  async #read(connection: DuckDBConnection, sql: string): Promise<DuckDBValue[][]> {
    const result = await this.#database.execute(connection, sql)
    return this.#database.poolCall(() => result.getRows())
  }

  /** The catalog shows a generated column's expression as its default; only an INSERT tells the two apart. */
  async #generated(connection: DuckDBConnection, table: string, candidates: string[]): Promise<Set<string>> {
    const generated = new Set<string>()
    for (const name of candidates) {
      const sql = `INSERT INTO ${table} (${quoteIdentifier(name)}) SELECT NULL`
      try {
        const prepared = await this.#database.poolCall(() => connection.prepare(sql))
        prepared.destroySync()
      } catch {
        generated.add(name)
      }
    }
    return generated
  }
}

/** A condition on the catalog's rows: DuckDB ignores the case of names. */
function isNamed(column: string, name: string): string {
  const isInMain = "database_name = current_database() AND schema_name = 'main'"
  return `${isInMain} AND lower(${column}) = lower(${quoteLiteral(name)})`
}

interface Columns {
  readonly types: ReadonlyMap<string, DuckDBType>
  readonly primaryKey: readonly string[]
  readonly notNull: ReadonlySet<string>
  readonly generated: ReadonlySet<string>
}

function toColumnType(table: string, column: string, type: DuckDBType): ColumnType {
  if (type.alias === 'JSON') return { name: 'JSON' }
  if (type instanceof DuckDBDecimalType) return { name: 'DECIMAL', width: type.width, scale: type.scale }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  const name = plainTypes.get(type.typeId)
  if (name === undefined) {
    mismatch(`Column \`${column}\` of table \`${table}\` is of type ${type}, which cannot be written yet`)
  }
  return { name }
}

export function mismatch(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_SCHEMA_MISMATCH', message })
}
