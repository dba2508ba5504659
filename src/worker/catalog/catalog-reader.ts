import type { DuckDBConnection, Json } from '@duckdb/node-api'
import { type ColumnDescriptor, type ColumnType, formatColumnType } from '../../protocol/column-type.js'
import type { TableDefinition, TableDescription } from '../../protocol/requests.js'
import {
  foldRef,
  isNamed,
  qualify,
  quoteIdentifier,
  quoteLiteral,
  type TableRef,
} from '../../protocol/sql.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import type { ChangedTables } from './changed-tables.js'
import { inOrderOfNeed } from './generated-columns.js'
import { canLookUp, readColumns, type TableColumns } from './read-columns.js'
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
import { byText, readReferences, toReferenceRow } from './table-references.js'
import { toColumnType } from './to-column-type.js'

/** A type in a message: a STRUCT has as many fields as it likes. */
const longestType = 200

/** What tables look like, read from DuckDB's catalog table by table. */
export class CatalogReader {
  readonly #database: Database
  readonly #known = new Map<string, TableMetadata & { readonly ref: TableRef }>()
  /** Counts what was forgotten: what was being read meanwhile may be out of date. */
  #changes = 0

  constructor(database: Database) {
    this.#database = database
    database.tablesChanged = (changed) => this.#forget(changed)
  }

  /** Creates a table, unless there is one, or a view, of this name. */
  async create(connection: DuckDBConnection, table: TableRef, definition: TableDefinition): Promise<void> {
    const parts = definition.columns.map(
      ({ name, type, notNull }) =>
        `${quoteIdentifier(name)} ${formatColumnType(type)}${notNull ? ' NOT NULL' : ''}`,
    )
    const { primaryKey } = definition
    if (primaryKey.length > 0) parts.push(`PRIMARY KEY (${primaryKey.map(quoteIdentifier).join(', ')})`)
    try {
      const sql = `CREATE TABLE IF NOT EXISTS ${qualify(table)} (${parts.join(', ')})`
      await this.#database.execute(connection, sql)
    } finally {
      this.#forget(new Set([table.name.toLowerCase()]))
    }
  }

  /** True if there is a table, or a view, of this name; DuckDB ignores the case of names. */
  async has(connection: DuckDBConnection, table: TableRef): Promise<boolean> {
    if (!canLookUp(table)) return (await this.#kind(connection, table)) !== undefined
    try {
      const sql = `SELECT 1 FROM system.main.pragma_table_info(${quoteLiteral(qualify(table))})`
      await this.#database.execute(connection, sql)
      return true
    } catch (error) {
      // Of a table that is to be created this is the rule; a view may be there, and be about one that is not.
      const isMissing = String(error).includes(`Table with name ${table.name} does not exist`)
      return !isMissing && (await this.#kind(connection, table)) !== undefined
    }
  }

  /**
   * What a caller must know of a table. Whether it is constrained is left out where that has to be looked for among the
   * constraints of all tables.
   */
  async describe(connection: DuckDBConnection, table: TableRef): Promise<TableDescription> {
    const known = this.#known.get(foldRef(table))
    if (known !== undefined) return toDescription(known)
    const columns = await this.#readColumns(connection, table)
    // Their columns' order, and what each is made of, only the constraints say.
    const isKeyKnown = columns.primaryKey.length <= 1 && !columns.hasUnique
    if (!isKeyKnown) return toDescription(await this.metadataOf(connection, table))
    const indexRows = await this.#readIndexes(connection, table)
    if (indexRows.length > 0) return toDescription(await this.metadataOf(connection, table))
    return {
      columns: this.#describeColumns(table, columns, typesOf(columns)),
      primaryKey: columns.primaryKey,
      uniqueKeys: [],
      ...(columns.primaryKey.length > 0 || columns.generated.length > 0 ? { isConstrained: true } : {}),
    }
  }

  /** All about a table; the catalog is read again only after a statement that may have changed it. */
  async metadataOf(connection: DuckDBConnection, table: TableRef): Promise<TableMetadata> {
    const known = this.#known.get(foldRef(table))
    if (known !== undefined) return known
    const changes = this.#changes
    const metadata = await this.#read(connection, table)
    if (changes === this.#changes) this.#known.set(foldRef(table), { ...metadata, ref: table })
    return metadata
  }

  /** Tables that refer to a changed one, or are referred to by it, have changed with it. */
  #forget(changed: ChangedTables): void {
    this.#changes++
    if (changed === 'any') {
      this.#known.clear()
      return
    }
    for (const [key, { ref, foreignKeys, references }] of this.#known) {
      const names = [
        ref.name,
        ...foreignKeys.map(({ referencedTable }) => referencedTable),
        ...references.map(({ referringTable }) => referringTable),
      ]
      if (names.some((name) => changed.has(name.toLowerCase()))) this.#known.delete(key)
    }
  }

  async #read(connection: DuckDBConnection, table: TableRef): Promise<TableMetadata> {
    const found = await this.#readColumns(connection, table)
    const { types, defaults, generated } = found
    const { constraintRows, referenceRows } = await this.#readConstraints(connection, table)
    const indexRows = await this.#readIndexes(connection, table)
    const columnTypes = typesOf(found)
    const computed = computedExpressions(table.name, indexRows, types)
    const computedTypes = await this.#typesOf(connection, table, computed)
    const constraints = readConstraints(
      table.name,
      constraintRows,
      indexRows,
      columnTypes,
      generated,
      computedTypes,
    )
    const { checks, foreignKeys, uniques } = constraints
    const columns = this.#describeColumns(table, found, columnTypes)
    const [first] = uniques
    const names = columns.map(({ name }) => name)
    const indexed = indexRows.flatMap(([, , expressions]) => toStrings(expressions))
    const namesIn = await this.#namesIn(connection, indexed, generated)
    const rewriting = findRewritingColumns({ columns: names, generated, indexed, ...constraints }, namesIn)
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
      // A generated column is no constraint, but a row of which it cannot be computed is rejected.
      isConstrained: checks.length + foreignKeys.length + uniques.length > 0,
      hasIndex: uniques.length + indexRows.length > 0,
    }
  }

  async #readColumns(connection: DuckDBConnection, table: TableRef): Promise<TableColumns> {
    let columns: TableColumns
    if (!canLookUp(table)) await this.#checkKind(connection, table)
    try {
      columns = await readColumns(this.#database, connection, table)
    } catch (error) {
      await this.#checkKind(connection, table)
      throw error
    }
    if (await this.#isView(connection, table)) await this.#checkKind(connection, table)
    return columns
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
    const kind = await this.#kind(connection, table)
    if (kind === undefined) {
      throw new WorkerFailure({
        code: 'PERSIST_TABLE_NOT_FOUND',
        message: `There is no table ${quoteName(table.name)} in the schema ${toVisible(table.schema, 60)}`,
      })
    }
    if (kind === 'view') mismatch(`${quoteName(table.name)} is a view, and rows are written to tables`)
  }

  async #kind(connection: DuckDBConnection, table: TableRef): Promise<'table' | 'view' | undefined> {
    const [row] = await this.#query(
      connection,
      `SELECT 'table' FROM system.main.duckdb_tables() WHERE ${isNamed('table_name', table)}
       UNION ALL SELECT 'view' FROM system.main.duckdb_views() WHERE ${isNamed('view_name', table)}`,
    )
    return row === undefined ? undefined : row[0] === 'view' ? 'view' : 'table'
  }

  /** The columns that rows are written to. */
  #describeColumns(
    table: TableRef,
    { types, notNull, defaults, generated }: TableColumns,
    columnTypes: ReadonlyMap<string, ColumnType | undefined>,
  ): ColumnDescriptor[] {
    const isGenerated = new Set(generated.map(({ name }) => name))
    const columns: ColumnDescriptor[] = []
    for (const [name, type] of types) {
      if (isGenerated.has(name)) continue
      const columnType = columnTypes.get(name)
      if (columnType === undefined) {
        mismatch(
          `Column ${quoteName(name)} of table ${quoteName(table.name)} is of type ${toVisible(String(type), longestType)}, which cannot be written yet`,
        )
      }
      columns.push({ name, type: columnType, notNull: notNull.has(name), hasDefault: defaults.has(name) })
    }
    return columns
  }

  /**
   * The constraints of a table, and the FOREIGN KEYs to it. By one query: DuckDB looks at those of all tables for it, which
   * takes 25 ms where there are 500.
   */
  async #readConstraints(
    connection: DuckDBConnection,
    table: TableRef,
  ): Promise<{ readonly constraintRows: Json[][]; readonly referenceRows: Json[][] }> {
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

  #readIndexes(connection: DuckDBConnection, table: TableRef): Promise<Json[][]> {
    return this.#query(
      connection,
      `SELECT ${indexColumns} FROM system.main.duckdb_indexes() WHERE ${isNamed('table_name', table)}
       ORDER BY index_oid ASC NULLS LAST`,
    )
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
    const result = await this.#database.execute(connection, sql)
    return this.#database.poolCall(() => result.getRowsJson())
  }
}

function typesOf({ types }: TableColumns): ReadonlyMap<string, ColumnType | undefined> {
  return new Map([...types].map(([name, type]) => [name, toColumnType(type)] as const))
}

function toDescription({ columns, primaryKey, uniqueKeys, isConstrained }: TableMetadata): TableDescription {
  return { columns, primaryKey, uniqueKeys, isConstrained }
}

export function mismatch(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_SCHEMA_MISMATCH', message })
}
