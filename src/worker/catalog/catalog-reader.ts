import type { DuckDBConnection, DuckDBType, Json } from '@duckdb/node-api'
import { type ColumnDescriptor, type ColumnType, formatColumnType } from '../../protocol/column-type.js'
import type { TableDefinition } from '../../protocol/requests.js'
import { isNamed, qualify, quoteIdentifier, quoteLiteral } from '../../protocol/sql.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { inOrderOfNeed } from './generated-columns.js'
import { findRewritingColumns, namesInSelect } from './rewriting-columns.js'
import {
  computedExpressions,
  constraintColumns,
  indexColumns,
  readConstraints,
  toStrings,
  toTried,
} from './table-constraints.js'
import type { GeneratedColumn, TableMetadata } from './table-metadata.js'
import { readReferences, referenceColumns } from './table-references.js'
import { toColumnType } from './to-column-type.js'

/** A type in a message: a STRUCT has as many fields as it likes. */
const longestType = 200

/** What the tables of the main schema look like, read from DuckDB's catalog. */
export class CatalogReader {
  readonly #database: Database
  readonly #known = new Map<string, { version: number; shape: TableMetadata }>()

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
    const sql = `CREATE TABLE IF NOT EXISTS ${qualify(this.#database.place, table)} (${parts.join(', ')})`
    await this.#database.execute(connection, sql)
  }

  /** True if there is a table, or a view, of this name; DuckDB ignores the case of names. */
  async has(connection: DuckDBConnection, table: string): Promise<boolean> {
    return (await this.#kind(connection, table)) !== undefined
  }

  /** What the table looks like; the catalog is read again only after a statement that may have changed it. */
  async metadataOf(connection: DuckDBConnection, table: string): Promise<TableMetadata> {
    const version = this.#database.catalogVersion
    const known = this.#known.get(table)
    if (known?.version === version) return known.shape
    const shape = await this.#read(connection, table)
    this.#known.set(table, { version, shape })
    return shape
  }

  async #read(connection: DuckDBConnection, table: string): Promise<TableMetadata> {
    const kind = await this.#kind(connection, table)
    if (kind === undefined) {
      throw new WorkerFailure({
        code: 'PERSIST_TABLE_NOT_FOUND',
        message: `There is no table ${quoteName(table)} in the schema main`,
      })
    }
    if (kind === 'view') mismatch(`${quoteName(table)} is a view, and rows are written to tables`)
    const { types, defaults, generated } = await this.#readColumns(connection, table)
    const isOfTable = isNamed('table_name', this.#database.place, table)
    const constraintRows = await this.#query(
      connection,
      `SELECT ${constraintColumns} FROM system.main.duckdb_constraints() WHERE ${isOfTable} ORDER BY constraint_index ASC NULLS LAST`,
    )
    const indexRows = await this.#query(
      connection,
      `SELECT ${indexColumns} FROM system.main.duckdb_indexes() WHERE ${isOfTable} ORDER BY index_oid ASC NULLS LAST`,
    )
    const columnTypes = new Map([...types].map(([name, type]) => [name, toColumnType(type)] as const))
    const computed = computedExpressions(table, indexRows, types)
    const computedTypes = await this.#typesOf(connection, table, computed)
    const constraints = readConstraints(
      table,
      constraintRows,
      indexRows,
      columnTypes,
      generated,
      computedTypes,
    )
    const { notNulls, checks, foreignKeys, uniques } = constraints
    const notNull = new Set(notNulls.flatMap(({ columns }) => columns))
    const isGenerated = new Set(generated.map(({ name }) => name))
    const columns: ColumnDescriptor[] = []
    for (const [name, type] of types) {
      if (isGenerated.has(name)) continue
      const columnType = columnTypes.get(name)
      if (columnType === undefined) {
        mismatch(
          `Column ${quoteName(name)} of table ${quoteName(table)} is of type ${toVisible(String(type), longestType)}, which cannot be written yet`,
        )
      }
      columns.push({ name, type: columnType, notNull: notNull.has(name), hasDefault: defaults.has(name) })
    }
    const [first] = uniques
    const names = columns.map(({ name }) => name)
    const indexed = indexRows.flatMap(([, , expressions]) => toStrings(expressions))
    const namesIn = await this.#namesIn(connection, indexed, generated)
    const rewriting = findRewritingColumns({ columns: names, generated, indexed, ...constraints }, namesIn)
    const referenceRows = await this.#query(
      connection,
      `SELECT ${referenceColumns} FROM system.main.duckdb_constraints()
       WHERE constraint_type = 'FOREIGN KEY' AND ${isNamed('referenced_table', this.#database.place, table)} ORDER BY ALL ASC NULLS LAST`,
    )
    return {
      columns,
      ...constraints,
      references: readReferences(referenceRows, columnTypes, rewriting),
      rewriting,
      defaults,
      generated: inOrderOfNeed(generated, namesIn),
      primaryKey: first?.code === 'duplicate-key' ? first.columns : [],
      uniqueKeys: uniques
        .filter((unique) => unique.code === 'unique' && unique.columns.length === unique.expressions.length)
        .map((unique) => unique.columns),
      // A generated column is no constraint, but a row of which it cannot be computed is refused.
      isConstrained: checks.length + foreignKeys.length + uniques.length > 0,
      hasIndex: uniques.length + indexRows.length > 0,
    }
  }

  /** The types of expressions over the columns of a table. */
  async #typesOf(
    connection: DuckDBConnection,
    table: string,
    expressions: readonly string[],
  ): Promise<ReadonlyMap<string, ColumnType | undefined>> {
    if (expressions.length === 0) return new Map()
    const sql = `SELECT ${expressions.map(toTried).join(', ')} FROM ${qualify(this.#database.place, table)} LIMIT 0`
    const empty = await this.#database.execute(connection, sql)
    return new Map(
      expressions.map((expression, index) => [expression, toColumnType(empty.columnType(index))] as const),
    )
  }

  /** The names that each expression has for columns. */
  async #namesIn(
    connection: DuckDBConnection,
    indexed: readonly string[],
    generated: readonly GeneratedColumn[],
  ): Promise<(expression: string) => readonly string[] | undefined> {
    const expressions = [...indexed, ...generated.map(({ expression }) => expression)]
    if (expressions.length === 0) return () => []
    const selects = expressions.map(
      (expression) => `json_serialize_sql(${quoteLiteral(`SELECT ${expression}`)})`,
    )
    const [row = []] = await this.#query(connection, `SELECT ${selects.join(', ')}`)
    return (expression) => namesInSelect(String(row[expressions.indexOf(expression)]))
  }

  async #kind(connection: DuckDBConnection, table: string): Promise<'table' | 'view' | undefined> {
    const { place } = this.#database
    const [row] = await this.#query(
      connection,
      `SELECT 'table' FROM system.main.duckdb_tables() WHERE ${isNamed('table_name', place, table)}
       UNION ALL SELECT 'view' FROM system.main.duckdb_views() WHERE ${isNamed('view_name', place, table)}`,
    )
    return row === undefined ? undefined : row[0] === 'view' ? 'view' : 'table'
  }

  async #readColumns(connection: DuckDBConnection, table: string): Promise<Columns> {
    const { place } = this.#database
    const quoted = qualify(place, table)
    const empty = await this.#database.execute(connection, `SELECT * FROM ${quoted} LIMIT 0`)
    const types = new Map(empty.columnNames().map((name, index) => [name, empty.columnType(index)]))
    const defaults = new Map<string, string>()
    const generated: GeneratedColumn[] = []
    const columnRows = await this.#query(
      connection,
      `SELECT column_name, column_default FROM system.main.duckdb_columns()
       WHERE column_default IS NOT NULL AND ${isNamed('table_name', place, table)} ORDER BY column_index ASC NULLS LAST`,
    )
    for (const [column, expression] of columnRows) {
      const [name, sql] = [String(column), String(expression)]
      if (await this.#isGenerated(connection, quoted, name)) generated.push({ name, expression: sql })
      else if (sql.toUpperCase() !== 'NULL') defaults.set(name, sql)
    }
    return { types, defaults, generated }
  }

  /** The catalog shows a generated column's expression as its default; only an INSERT tells the two apart. */
  async #isGenerated(connection: DuckDBConnection, table: string, column: string): Promise<boolean> {
    const sql = `INSERT INTO ${table} (${quoteIdentifier(column)}) SELECT NULL`
    try {
      const prepared = await this.#database.poolCall(() => connection.prepare(sql))
      prepared.destroySync()
      return false
    } catch {
      return true
    }
  }

  async #query(connection: DuckDBConnection, sql: string): Promise<Json[][]> {
    const result = await this.#database.execute(connection, sql)
    return this.#database.poolCall(() => result.getRowsJson())
  }
}

interface Columns {
  readonly types: ReadonlyMap<string, DuckDBType>
  readonly defaults: ReadonlyMap<string, string>
  readonly generated: readonly GeneratedColumn[]
}

export function mismatch(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_SCHEMA_MISMATCH', message })
}
