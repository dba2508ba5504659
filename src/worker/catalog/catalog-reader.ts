import type { DuckDBConnection } from '@duckdb/node-api'
import { formatColumnType } from '../../protocol/column-type.js'
import { foldRef, qualify, quoteIdentifier, quoteLiteral, type TableRef } from '../../protocol/sql.js'
import type { TableDefinition, TableDescription } from '../../protocol/table-description.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import type { Database } from '../database.js'
import { type Capabilities, readCapabilities } from './capabilities.js'
import type { ChangedTables } from './changed-tables.js'
import { chooseEnforcedKey, type EnforcedKeys, findEnforcedKeys } from './find-enforced-keys.js'
import { MetadataReader, mismatch } from './metadata-reader.js'
import {
  clearMysqlCache,
  executeMysql,
  qualifyInMysql,
  queryMysql,
  quoteMysqlName,
  toMysqlText,
  toMysqlType,
} from './mysql-sql.js'
import { canLookUp, type TableColumns } from './read-columns.js'
import type { TableMetadata } from './table-metadata.js'
import { toColumnType } from './to-column-type.js'

/** What tables look like, read from DuckDB's catalog table by table. */
export class CatalogReader {
  readonly #database: Database
  readonly #metadata: MetadataReader
  readonly #known = new Map<string, TableMetadata & { readonly ref: TableRef }>()
  /** Of each catalog, by its name. */
  readonly #capabilities = new Map<string, Capabilities>()
  /** Counts what was forgotten: what was being read meanwhile may be out of date. */
  #changes = 0

  constructor(database: Database) {
    this.#database = database
    this.#metadata = new MetadataReader(database)
    database.tablesChanged = (changed) => this.#forget(changed)
  }

  /** Creates a table, unless there is one, or a view, of this name. */
  async create(connection: DuckDBConnection, table: TableRef, definition: TableDefinition): Promise<void> {
    const { primaryKey } = definition
    if (primaryKey.length > 0) await this.#checkKey(connection, table)
    const capabilities = await this.#capabilitiesOf(connection, table)
    if (capabilities.dialect === 'mysql') return this.#createInMysql(connection, table, definition)
    const parts = definition.columns.map(({ name, type, notNull }) => {
      return `${quoteIdentifier(name)} ${formatColumnType(type)}${notNull ? ' NOT NULL' : ''}`
    })
    if (primaryKey.length > 0) parts.push(`PRIMARY KEY (${primaryKey.map(quoteIdentifier).join(', ')})`)
    const sql = `CREATE TABLE IF NOT EXISTS ${qualify(table)} (${parts.join(', ')})`
    // A catalog of others may have other types.
    const isSame = capabilities.canAppend || !capabilities.canChange
    try {
      if (isSame) await this.#database.execute(connection, sql)
      else await this.#createAsDefined(connection, table, capabilities, definition, sql)
    } finally {
      this.#forget(new Set([table.name.toLowerCase()]))
    }
  }

  /** @throws where it has no such types. */
  async #createInMysql(
    connection: DuckDBConnection,
    table: TableRef,
    { columns }: TableDefinition,
  ): Promise<void> {
    const missing = columns.filter(({ type }) => toMysqlType(type) === undefined)
    if (missing.length > 0) {
      const names = missing.map(({ name, type }) => {
        return `${quoteName(name)} cannot be ${toVisible(formatColumnType(type), 200)}`
      })
      mismatch(`${quoteName(table.catalog)} has not all of its types: ${names.join('; ')}`)
    }
    const parts = columns.map(({ name, type, notNull }) => {
      return `${quoteMysqlName(name)} ${toMysqlType(type)}${notNull ? ' NOT NULL' : ''}`
    })
    const sql = `CREATE TABLE IF NOT EXISTS ${qualifyInMysql(table)} (${parts.join(', ')})`
    try {
      await this.#database.execute(connection, executeMysql(table.catalog, sql))
      await this.#database.execute(connection, clearMysqlCache)
    } finally {
      this.#forget(new Set([table.name.toLowerCase()]))
    }
  }

  /** @throws where the table would have other types than those of its definition; there is none then. */
  async #createAsDefined(
    connection: DuckDBConnection,
    table: TableRef,
    capabilities: Capabilities,
    { columns }: TableDefinition,
    sql: string,
  ): Promise<void> {
    await this.#database.execute(connection, 'BEGIN TRANSACTION')
    try {
      await this.#database.execute(connection, sql)
      const { types } = await this.#metadata.readColumns(connection, table, capabilities)
      const differences = columns.flatMap(({ name, type }) => {
        const [wanted, made] = [formatColumnType(type), types.get(name)]
        const found = made === undefined ? undefined : toColumnType(made)
        return found === undefined || formatColumnType(found) === wanted
          ? []
          : [`${quoteName(name)} would be ${formatColumnType(found)}, not ${toVisible(wanted, 200)}`]
      })
      if (differences.length > 0) {
        mismatch(`${quoteName(table.catalog)} has not all of its types: ${differences.join('; ')}`)
      }
    } catch (error) {
      await this.#database.executeToTheEnd(connection, 'ROLLBACK').catch(() => undefined)
      throw error
    }
    await this.#database.executeToTheEnd(connection, 'COMMIT')
  }

  /** True if there is a table, or a view, of this name; DuckDB ignores the case of names. */
  async has(connection: DuckDBConnection, table: TableRef): Promise<boolean> {
    const { dialect } = await this.#capabilitiesOf(connection, table)
    if (dialect === 'mysql') return this.#hasInMysql(connection, table)
    try {
      const sql = `FROM system.main.pragma_table_info(${quoteLiteral(qualify(table))})`
      const rows = canLookUp(table) ? sql : `FROM ${qualify(table)} LIMIT 0`
      await this.#database.execute(connection, `SELECT 1 ${rows}`)
      return true
    } catch (error) {
      // Of a table that is to be created this is the rule; a view may be there, and be about one that is not.
      const isMissing = String(error).includes(`Table with name ${table.name} does not exist`)
      return !isMissing && (await this.#metadata.kind(connection, table)) !== undefined
    }
  }

  /** By the server: for a table that is not there, DuckDB looks for similar names among all that it has. */
  async #hasInMysql(connection: DuckDBConnection, { catalog, schema, name }: TableRef): Promise<boolean> {
    const isThis = `table_schema = ${toMysqlText(schema)} AND table_name = ${toMysqlText(name)}`
    const sql = `SELECT 1 AS one FROM information_schema.tables WHERE ${isThis}`
    const found = await this.#database.execute(connection, `FROM ${queryMysql(catalog, sql)}`)
    return found.rowCount > 0
  }

  /**
   * What a caller must know of a table. Whether it is constrained is left out where that has to be looked for among the
   * constraints of all tables.
   *
   * @param key - That was asked for; none when empty.
   */
  async describe(
    connection: DuckDBConnection,
    table: TableRef,
    key: readonly string[],
  ): Promise<TableDescription> {
    const known = this.#known.get(foldRef(table))
    if (known !== undefined) return toDescription(known, key)
    const changes = this.#changes
    const capabilities = await this.#capabilitiesOf(connection, table)
    const columns = await this.#metadata.readColumns(connection, table, capabilities)
    const keys = capabilities.canAppend
      ? await findEnforcedKeys(this.#database, connection, table, columns, key, () =>
          this.#metadata.readUniqueIndexes(connection, table, columns),
        )
      : await this.#findKeysElsewhere(connection, table, columns, capabilities, key)
    if (keys === undefined) return toDescription(await this.#read(connection, table, columns, changes), key)
    const described = this.#metadata.describeColumns(table, columns)
    const uniques = columns.primaryKey.length + columns.unique.length
    const hasOthers = columns.generated.length + described.unwritable.length > 0
    const isConstrained = uniques > 0 || hasOthers || !capabilities.canAppend
    return { ...described, ...keys, ...(isConstrained ? { isConstrained } : {}) }
  }

  /** Of a catalog of others, the same without its constraints, where it has none that tell rows apart but one column's. */
  async #findKeysElsewhere(
    connection: DuckDBConnection,
    table: TableRef,
    { primaryKey, unique }: TableColumns,
    capabilities: Capabilities,
    key: readonly string[],
  ): Promise<EnforcedKeys | undefined> {
    // Their columns' order, and what each is made of, only the constraints say.
    if (primaryKey.length > 1 || unique.length > 0) return undefined
    if ((await this.#metadata.readIndexes(connection, table, capabilities)).length > 0) return undefined
    return { primaryKey, enforcedKey: chooseEnforcedKey({ primaryKey, uniqueKeys: [] }, key) }
  }

  /** All about a table: the same object, until a statement may have changed it. */
  async metadataOf(connection: DuckDBConnection, table: TableRef): Promise<TableMetadata> {
    const known = this.#known.get(foldRef(table))
    if (known !== undefined) return known
    const changes = this.#changes
    const columns = await this.#metadata.readColumns(
      connection,
      table,
      await this.#capabilitiesOf(connection, table),
    )
    return this.#read(connection, table, columns, changes)
  }

  /** The same as a transaction sees it that has changed tables itself; nobody else is told. */
  async readAnew(connection: DuckDBConnection, table: TableRef): Promise<TableMetadata> {
    const capabilities = await this.#capabilitiesOf(connection, table)
    const columns = await this.#metadata.readColumns(connection, table, capabilities)
    return this.#metadata.read(connection, table, columns, capabilities)
  }

  /** @param changes - Their count before the columns were read. */
  async #read(
    connection: DuckDBConnection,
    table: TableRef,
    columns: TableColumns,
    changes: number,
  ): Promise<TableMetadata> {
    const capabilities = await this.#capabilitiesOf(connection, table)
    const metadata = { ...(await this.#metadata.read(connection, table, columns, capabilities)), ref: table }
    if (changes === this.#changes) this.#known.set(foldRef(table), metadata)
    return metadata
  }

  /** @throws where the catalog has no PRIMARY KEY, or none that it would say anything of. */
  async #checkKey(connection: DuckDBConnection, table: TableRef): Promise<void> {
    const { hasPrimaryKey } = await this.#capabilitiesOf(connection, table)
    if (hasPrimaryKey) return
    mismatch(
      `${quoteName(table.name)} cannot have a \`primaryKey\` in ${quoteName(table.catalog)}: use \`key\``,
    )
  }

  async #capabilitiesOf(connection: DuckDBConnection, table: TableRef): Promise<Capabilities> {
    const known = this.#capabilities.get(table.catalog)
    if (known !== undefined) return known
    const capabilities = await readCapabilities(this.#database, connection, table.catalog)
    this.#capabilities.set(table.catalog, capabilities)
    return capabilities
  }

  /** Tables that refer to a changed one, or are referred to by it, have changed with it. */
  #forget(changed: ChangedTables): void {
    this.#changes++
    if (changed === 'any') {
      this.#known.clear()
      // Another database may have the name now.
      this.#capabilities.clear()
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
}

function toDescription(metadata: TableMetadata, key: readonly string[]): TableDescription {
  const { columns, unwritable, primaryKey, isConstrained } = metadata
  return { columns, unwritable, primaryKey, enforcedKey: chooseEnforcedKey(metadata, key), isConstrained }
}
