import type { DuckDBConnection, Json } from '@duckdb/node-api'
import type { ColumnDescriptor, ColumnType, UnwritableColumn } from '../../protocol/column-type.js'
import { isNamed, qualify, quoteLiteral, type TableRef } from '../../protocol/sql.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import type { Capabilities } from './capabilities.js'
import type { UniqueIndexes } from './find-enforced-keys.js'
import { inOrderOfNeed } from './generated-columns.js'
import { clearMysqlCache } from './mysql-sql.js'
import { readColumns, type TableColumns } from './read-columns.js'
import { findRewritingColumns, namesInSelect } from './rewriting-columns.js'
import {
  computedExpressions,
  constraintColumns,
  indexColumns,
  readConstraints,
  refuseNaN,
  refuseRounded,
  refuseUnlikeMysql,
  toNotNull,
  toStrings,
  toTried,
  toUniqueKeys,
} from './table-constraints.js'
import type { GeneratedColumn, TableMetadata } from './table-metadata.js'
import { byText, readReferences, toReferenceRow } from './table-references.js'
import { toColumnType, toColumnTypes } from './to-column-type.js'

/** A type in a message: a STRUCT has as many fields as it likes. */
const longestType = 200

/** Reads what a table looks like, each time anew. */
export class MetadataReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * All about a table.
   *
   * @param found - Its columns, as `readColumns` has them.
   * @throws `PERSIST_SCHEMA_MISMATCH`.
   */
  async read(
    connection: DuckDBConnection,
    table: TableRef,
    found: TableColumns,
    capabilities: Capabilities,
  ): Promise<TableMetadata> {
    const { types, defaults, given, generated } = found
    const { constraintRows, referenceRows } = await this.#readConstraints(connection, table, capabilities)
    const indexRows = await this.readIndexes(connection, table, capabilities)
    const columnTypes = toColumnTypes(types)
    const computed = computedExpressions(table.name, indexRows, types)
    const computedTypes = await this.#typesOf(connection, table, computed)
    const { canAppend, hasNaN, hasHugeint, dialect } = capabilities
    const read = readConstraints(table.name, constraintRows, indexRows, columnTypes, generated, computedTypes)
    const refused = [
      ...(hasNaN ? [] : refuseNaN(columnTypes)),
      ...(hasHugeint ? [] : refuseRounded(columnTypes)),
      ...(dialect === 'mysql' ? refuseUnlikeMysql(columnTypes, found.digits) : []),
    ]
    const constraints = { ...read, checks: [...read.checks, ...refused] }
    const { checks, foreignKeys, uniques } = constraints
    // Of a server's tables, their columns may say what no constraint does.
    const named = new Set(constraints.notNulls.flatMap((notNull) => notNull.columns))
    const unnamed = canAppend ? [] : [...found.notNull].filter((name) => !named.has(name))
    const { columns, unwritable } = this.describeColumns(table, found, columnTypes)
    const [first] = uniques
    const names = columns.map(({ name }) => name)
    const indexed = indexRows.flatMap(([, , expressions]) => toStrings(expressions))
    const namesIn = await this.#namesIn(connection, indexed, generated)
    const rewriting = findRewritingColumns({ columns: names, generated, indexed, ...constraints }, namesIn)
    return {
      capabilities,
      columns,
      unwritable,
      ...constraints,
      notNulls: [...constraints.notNulls, ...unnamed.map(toNotNull)],
      references: readReferences(referenceRows, columnTypes, rewriting),
      rewriting,
      defaults,
      given,
      generated: inOrderOfNeed(generated, namesIn),
      primaryKey: first?.code === 'duplicate-key' ? first.columns : [],
      uniqueKeys: toUniqueKeys(uniques),
      // A generated column is no constraint, but a row of which it cannot be computed is rejected.
      isConstrained:
        checks.length + foreignKeys.length + uniques.length + unwritable.length > 0 || !canAppend,
      hasIndex: uniques.length + indexRows.length > 0,
    }
  }

  /** What is known of its columns alone. @throws `PERSIST_TABLE_NOT_FOUND`, `PERSIST_SCHEMA_MISMATCH`. */
  async readColumns(
    connection: DuckDBConnection,
    table: TableRef,
    capabilities: Capabilities,
  ): Promise<TableColumns> {
    let columns: TableColumns
    try {
      columns = await this.#readColumns(connection, table, capabilities)
    } catch (error) {
      await this.#checkKind(connection, table)
      throw error
    }
    // It is there: of the tables of a server, DuckDB's own catalog has none.
    if ((await this.#isView(connection, table)) && (await this.kind(connection, table)) === 'view')
      isAView(table)
    return columns
  }

  async #readColumns(
    connection: DuckDBConnection,
    table: TableRef,
    capabilities: Capabilities,
  ): Promise<TableColumns> {
    const read = () => readColumns(this.#database, connection, table, capabilities)
    try {
      return await read()
    } catch (error) {
      if (capabilities.dialect !== 'mysql') throw error
      // Another may have made it since DuckDB has asked for the tables.
      await this.#database.execute(connection, clearMysqlCache)
      return read()
    }
  }

  /** Whether it may be a view: of those alone DuckDB says that no rows can be deleted, and of what is read only. */
  async #isView(connection: DuckDBConnection, table: TableRef): Promise<boolean> {
    try {
      const sql = `DELETE FROM ${qualify(table)}`
      const prepared = await this.#database.poolCall(() => connection.prepare(sql))
      prepared.destroySync()
      return false
    } catch {
      return true
    }
  }

  /** @throws if there is no such table. */
  async #checkKind(connection: DuckDBConnection, table: TableRef): Promise<void> {
    const kind = await this.kind(connection, table)
    if (kind === undefined) {
      throw new WorkerFailure({
        code: 'PERSIST_TABLE_NOT_FOUND',
        message: `There is no table ${quoteName(table.name)} in the schema ${toVisible(table.schema, 60)}`,
      })
    }
    if (kind === 'view') isAView(table)
  }

  /** Undefined where there is nothing of this name. */
  async kind(connection: DuckDBConnection, table: TableRef): Promise<'table' | 'view' | undefined> {
    const [row] = await this.#query(
      connection,
      `SELECT 'table' FROM system.main.duckdb_tables() WHERE ${isNamed('table_name', table)}
       UNION ALL SELECT 'view' FROM system.main.duckdb_views() WHERE ${isNamed('view_name', table)}`,
    )
    return row === undefined ? undefined : row[0] === 'view' ? 'view' : 'table'
  }

  /**
   * The columns that rows are written to, and those that they are not.
   *
   * @throws `PERSIST_SCHEMA_MISMATCH` where rows would have to be.
   */
  describeColumns(
    table: TableRef,
    { types, notNull, defaults, given, generated }: TableColumns,
    columnTypes: ReadonlyMap<string, ColumnType | undefined> = toColumnTypes(types),
  ): Pick<TableMetadata, 'columns' | 'unwritable'> {
    const isGenerated = new Set(generated.map(({ name }) => name))
    const hasDefault = (name: string) => defaults.has(name) || given.has(name)
    const columns: ColumnDescriptor[] = []
    const unwritable: UnwritableColumn[] = []
    for (const [name, type] of types) {
      if (isGenerated.has(name)) continue
      const columnType = columnTypes.get(name)
      if (columnType === undefined) {
        unwritable.push({ name, type: String(type) })
        if (!notNull.has(name) || hasDefault(name)) continue
        mismatch(
          `Column ${quoteName(name)} of table ${quoteName(table.name)} is of type ${toVisible(String(type), longestType)}, which cannot be written yet, and NOT NULL`,
        )
      }
      columns.push({
        name,
        type: columnType,
        notNull: notNull.has(name),
        hasDefault: hasDefault(name),
        ...(given.has(name) ? { isGivenByServer: true } : {}),
      })
    }
    if (columns.length > 0) return { columns, unwritable }
    mismatch(`Table ${quoteName(table.name)} has no column of a type that can be written`)
  }

  /**
   * The constraints of a table, and the FOREIGN KEYs to it. By one query: DuckDB looks at those of all tables for it, which
   * takes 25 ms where there are 500.
   */
  async #readConstraints(
    connection: DuckDBConnection,
    table: TableRef,
    { knowsConstraints }: Capabilities,
  ): Promise<{ readonly constraintRows: Json[][]; readonly referenceRows: Json[][] }> {
    if (!knowsConstraints) return { constraintRows: [], referenceRows: [] }
    const [isOwn, isReference] = [isNamed('table_name', table), isNamed('referenced_table', table)]
    const rows = await this.#query(
      connection,
      `SELECT ${isOwn}, constraint_type = 'FOREIGN KEY' AND ${isReference}, table_name, ${constraintColumns}
       FROM system.main.duckdb_constraints() WHERE ${isOwn} OR (constraint_type = 'FOREIGN KEY' AND ${isReference})
       ORDER BY constraint_index ASC NULLS LAST`,
    )
    return {
      constraintRows: rows.filter(([own]) => own === true).map((row) => row.slice(3)),
      referenceRows: rows
        .filter(([, reference]) => reference === true)
        .map(([, , name = null, ...constraint]) => toReferenceRow(name, constraint))
        .sort(byText),
    }
  }

  async readIndexes(
    connection: DuckDBConnection,
    table: TableRef,
    { knowsConstraints }: Pick<Capabilities, 'knowsConstraints'>,
  ): Promise<Json[][]> {
    if (!knowsConstraints) return []
    return this.#query(
      connection,
      `SELECT ${indexColumns} FROM system.main.duckdb_indexes() WHERE ${isNamed('table_name', table)}
       ORDER BY index_oid ASC NULLS LAST`,
    )
  }

  /** The columns of each unique index that is on columns alone, of a table in a DuckDB. */
  async readUniqueIndexes(
    connection: DuckDBConnection,
    table: TableRef,
    { types }: TableColumns,
  ): Promise<UniqueIndexes> {
    const indexRows = await this.readIndexes(connection, table, { knowsConstraints: true })
    const { uniques } = readConstraints(table.name, [], indexRows, toColumnTypes(types), [], new Map())
    return toUniqueKeys(uniques)
  }

  /** The types of expressions over the columns of a table. */
  async #typesOf(
    connection: DuckDBConnection,
    table: TableRef,
    expressions: readonly string[],
  ): Promise<ReadonlyMap<string, ColumnType | undefined>> {
    if (expressions.length === 0) return new Map()
    const sql = `SELECT ${expressions.map(toTried).join(', ')} FROM ${qualify(table)} LIMIT 0`
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

  async #query(connection: DuckDBConnection, sql: string): Promise<Json[][]> {
    const result = await this.#database.execute(connection, sql).catch(async (error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('Catalog Error: Table with name'))) throw error
      // The scanner of PostgreSQL keeps the indexes of a table that was dropped, and fails to list any for them.
      await this.#database.execute(connection, 'CALL system.main.pg_clear_cache()').catch(() => {
        throw error
      })
      return this.#database.execute(connection, sql)
    })
    return this.#database.poolCall(() => result.getRowsJson())
  }
}

function isAView({ name }: TableRef): never {
  mismatch(`${quoteName(name)} is a view, and rows are written to tables`)
}

export function mismatch(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_SCHEMA_MISMATCH', message })
}
