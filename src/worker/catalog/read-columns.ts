import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { isNamed, qualify, quoteIdentifier, quoteLiteral, type TableRef } from '../../protocol/sql.js'
import type { Database } from '../database.js'
import type { Capabilities } from './capabilities.js'
import { queryMysql, toMysqlText } from './mysql-sql.js'
import type { GeneratedColumn } from './table-metadata.js'

/** What DuckDB knows of the columns of one table without a look at any other. */
export interface TableColumns {
  /** Of all columns, in the table's order. */
  readonly types: ReadonlyMap<string, DuckDBType>
  readonly notNull: ReadonlySet<string>
  /** SQL of the DEFAULT of each column that has one. */
  readonly defaults: ReadonlyMap<string, string>
  /** The columns that have a value of the server where an INSERT leaves them out. */
  readonly given: ReadonlySet<string>
  readonly generated: readonly GeneratedColumn[]
  /** The columns of the PRIMARY KEY in the table's order, which need not be the key's. */
  readonly primaryKey: readonly string[]
  /** The columns of UNIQUE constraints, but for those of the PRIMARY KEY. */
  readonly unique: readonly string[]
  /** Of columns of a server that have fewer digits of a second than DuckDB, how many. */
  readonly digits: ReadonlyMap<string, number>
}

/**
 * Reads the columns of a table by what looks it up by its name: DuckDB's catalog functions go through all tables there
 * are, 10 to 25 ms each where there are 500.
 *
 * @throws DuckDB's error, if there is no such table or view.
 */
export async function readColumns(
  database: Database,
  connection: DuckDBConnection,
  table: TableRef,
  capabilities: Capabilities,
): Promise<TableColumns> {
  const empty = await database.execute(connection, `SELECT * FROM ${qualify(table)} LIMIT 0`)
  const types = new Map(empty.columnNames().map((name, index) => [name, empty.columnType(index)]))
  const described = describeSql(table, capabilities)
  const isPlain =
    capabilities.canAppend &&
    !canLookUp(table) &&
    (await takesAll(database, connection, table, [...types.keys()]))
  const expressions = isPlain ? selectDefaults(described) : selectExpressions(table)
  // Only the one shows the expression of a generated column, in the place of a DEFAULT; only the other is about keys.
  const found = await database.execute(
    connection,
    `SELECT d.column_name, d."null", d."key", i.expression, d."default", i."notnull", i.pk
     FROM (${expressions}) i POSITIONAL JOIN (${described}) d`,
  )
  const rows = await database.poolCall(() => found.getRows())
  const notNull = new Set<string>()
  const primaryKey: string[] = []
  const defaults = new Map<string, string>()
  const generated: GeneratedColumn[] = []
  const unique: string[] = []
  for (const [column, isNullable, key, expression, byDefault, isNotNull, isOfKey] of rows) {
    const name = String(column)
    // Of the tables of a server, DESCRIBE shows neither.
    if (isNullable === 'NO' || isNotNull === true) notNull.add(name)
    if (key === 'PRI' || isOfKey === true) primaryKey.push(name)
    if (key === 'UNI') unique.push(name)
    if (expression === null || expression === undefined) continue
    const sql = String(expression)
    if (byDefault === null) generated.push({ name, expression: sql })
    else if (sql.toUpperCase() !== 'NULL') defaults.set(name, sql)
  }
  if (!capabilities.givesDefaults) {
    return { types, notNull, defaults, given: new Set(), generated, primaryKey, unique, digits: new Map() }
  }
  const more = await readGiven(database, connection, table, capabilities)
  const given = new Set([...defaults.keys(), ...more.defaults])
  const isKnown = new Set(generated.map(({ name }) => name))
  // What they are made of is SQL of the server's.
  for (const name of more.generated) if (!isKnown.has(name)) generated.push({ name, expression: 'NULL' })
  const { digits } = more
  return { types, notNull, defaults: new Map(), given, generated, primaryKey, unique, digits }
}

/** Of a Quack server's tables, DuckDB here tells no DEFAULT from what a generated column is made of. */
function describeSql(table: TableRef, { asks }: Capabilities): string {
  if (asks !== 'query') return `DESCRIBE ${qualify(table)}`
  const onServer = [table.schema, table.name].map(quoteIdentifier).join('.')
  return `FROM ${quoteIdentifier(table.catalog)}.query(${quoteLiteral(`DESCRIBE ${onServer}`)})`
}

interface Given extends Pick<TableColumns, 'digits'> {
  readonly defaults: readonly string[]
  readonly generated: readonly string[]
}

/** The columns that a server gives values: of its DEFAULTs, DuckDB knows at most those that it has made itself. */
async function readGiven(
  database: Database,
  connection: DuckDBConnection,
  table: TableRef,
  { asks }: Capabilities,
): Promise<Given> {
  const { catalog, schema, name } = table
  if (asks === 'mysql_query') return readGivenByMysql(database, connection, table)
  if (asks !== 'postgres_query') return { defaults: [], generated: [], digits: new Map() }
  const sql = `SELECT column_name, is_generated = 'ALWAYS' FROM information_schema.columns
    WHERE table_schema = ${quoteLiteral(schema)} AND table_name = ${quoteLiteral(name)}
    AND (column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS')`
  const found = await database.execute(
    connection,
    `FROM system.main.postgres_query(${quoteLiteral(catalog)}, ${quoteLiteral(sql)})`,
  )
  const rows = await database.poolCall(() => found.getRows())
  const namesOf = (isGenerated: boolean) =>
    rows.flatMap(([column, generated]) => (generated === isGenerated ? [String(column)] : []))
  return { defaults: namesOf(false), generated: namesOf(true), digits: new Map() }
}

async function readGivenByMysql(
  database: Database,
  connection: DuckDBConnection,
  { catalog, schema, name }: TableRef,
): Promise<Given> {
  // MariaDB says NULL where MySQL says nothing.
  const sql = `SELECT column_name AS name, coalesce(generation_expression, '') <> '' AS is_generated,
      (column_default IS NOT NULL AND column_default <> 'NULL') OR extra LIKE '%auto_increment%' AS has_default,
      datetime_precision AS digits
    FROM information_schema.columns WHERE table_schema = ${toMysqlText(schema)} AND table_name = ${toMysqlText(name)}`
  const found = await database.execute(
    connection,
    `SELECT name::VARCHAR, is_generated::BOOLEAN, has_default::BOOLEAN, digits::DOUBLE FROM ${queryMysql(catalog, sql)}`,
  )
  const rows = await database.poolCall(() => found.getRows())
  const [defaults, generated, digits]: [string[], string[], Map<string, number>] = [[], [], new Map()]
  for (const [column, isGenerated, hasDefault, precision] of rows) {
    if (isGenerated === true) generated.push(String(column))
    else if (hasDefault === true) defaults.push(String(column))
    if (typeof precision === 'number' && precision < 6) digits.set(String(column), precision)
  }
  return { defaults, generated, digits }
}

/** Whether `pragma_table_info`, which takes a name apart by itself, finds this table: it knows no quoted quotes. */
export function canLookUp({ catalog, schema, name }: TableRef): boolean {
  return ![catalog, schema, name].some((part) => part.includes('"'))
}

/** Whether an INSERT may give all columns values: none of them is generated. */
async function takesAll(
  database: Database,
  connection: DuckDBConnection,
  table: TableRef,
  columns: readonly string[],
): Promise<boolean> {
  const names = columns.map(quoteIdentifier).join(', ')
  const sql = `INSERT INTO ${qualify(table)} (${names}) SELECT ${names} FROM ${qualify(table)} LIMIT 0`
  try {
    const prepared = await database.poolCall(() => connection.prepare(sql))
    prepared.destroySync()
    return true
  } catch {
    return false
  }
}

/** The same as `selectExpressions`, of a table none of whose columns is generated. */
function selectDefaults(described: string): string {
  return `SELECT "default" AS expression, NULL AS "notnull", NULL AS pk FROM (${described})`
}

/** The DEFAULT of each column in their order, or what a generated one is made of; whether it is NOT NULL, and of the key. */
function selectExpressions(table: TableRef): string {
  if (canLookUp(table)) {
    return `SELECT dflt_value AS expression, "notnull", pk FROM system.main.pragma_table_info(${quoteLiteral(qualify(table))})`
  }
  return `SELECT column_default AS expression, NULL AS "notnull", NULL AS pk
    FROM system.main.duckdb_columns() WHERE ${isNamed('table_name', table)}
    ORDER BY column_index ASC NULLS LAST`
}
