import { type ColumnType, formatColumnType } from '../../protocol/column-type.js'
import { quoteIdentifier, quoteLiteral, type TableRef } from '../../protocol/sql.js'

/**
 * SQL for a MySQL server itself. What DuckDB's extension makes of a condition on a text is not safe: a backslash is no
 * character of its own to the server, so that a text may end where it does not, and be SQL from there on. So values are
 * written here in a form that has neither quotes nor backslashes in it.
 */

/** A name of any characters, quoted for MySQL. */
export function quoteMysqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

export function qualifyInMysql({ schema, name }: TableRef): string {
  return `${quoteMysqlName(schema)}.${quoteMysqlName(name)}`
}

/** A text of any characters. */
export function toMysqlText(text: string): string {
  return `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`
}

/** Has what is known of the server's tables be asked for again. */
export const clearMysqlCache = 'CALL system.main.mysql_clear_cache()'

/** Has the server run a statement, in the transaction of the connection. */
export function executeMysql(catalog: string, sql: string): string {
  return `CALL system.main.mysql_execute(${quoteLiteral(catalog)}, ${quoteLiteral(sql)})`
}

/**
 * What stands in a FROM for the rows of a query by the server itself, in the transaction of the connection: a result that
 * is streamed would be another connection's.
 */
export function queryMysql(catalog: string, sql: string): string {
  return `system.main.mysql_query(${quoteLiteral(catalog)}, ${quoteLiteral(sql)}, stream_results := false)`
}

/** An expression whose value is that of a column as SQL of MySQL. @param column - Quoted, with its table if need be. */
export function toMysqlLiteral(column: string, type: ColumnType): string {
  return `coalesce(${toText(column, type)}, 'NULL')`
}

function toText(column: string, { name }: ColumnType): string {
  switch (name) {
    case 'FLOAT':
    case 'DOUBLE': {
      // Without an exponent it would be a DECIMAL. A FLOAT is equal to none but the DOUBLE that has all of its digits.
      const text = `${column}::DOUBLE::VARCHAR`
      return `CASE WHEN contains(${text}, 'e') THEN ${text} ELSE ${text} || 'e0' END`
    }
    case 'DATE':
    case 'TIMESTAMP':
      return `'${name}''' || ${column}::VARCHAR || ''''`
    case 'BLOB':
      return `'x''' || hex(${column}) || ''''`
    default:
      return isNumeric(name) ? `${column}::VARCHAR` : `'_utf8mb4 x''' || hex(${column}::VARCHAR) || ''''`
  }
}

function isNumeric(name: string): boolean {
  return name === 'BOOLEAN' || name === 'DECIMAL' || /INT(EGER)?$/.test(name)
}

/** The same of a value that is compared with those of a column: texts are compared by their bytes. */
export function toMysqlKey(column: string, type: ColumnType): string {
  return type.name === 'VARCHAR' ? `'x''' || hex(${column}) || ''''` : toMysqlLiteral(column, type)
}

/**
 * A condition of MySQL: the column has the very value, whatever the column's collation takes for the same.
 *
 * @param value - As `toMysqlKey` has it. It stands alone on its side, so that the server looks it up.
 */
export function isSameInMysql(column: string, value: string, { name }: ColumnType): string {
  switch (name) {
    case 'BOOLEAN':
      return `${value} = (${column} <> 0)`
    case 'BLOB':
      return `${value} = CAST(${column} AS BINARY)`
    case 'VARCHAR':
      return `${value} = CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`
    default:
      return `${value} = ${column}`
  }
}

/** Types whose values MySQL compares as DuckDB does, or takes more of them for one. */
export function isNamedInMysql({ name }: ColumnType): boolean {
  return name === 'VARCHAR' || (isNumeric(name) && name !== 'BOOLEAN')
}

/** Those that DuckDB knows again. Texts are of any length, and are the same only where their characters are. */
const mysqlTypes: Readonly<Record<string, string>> = {
  BOOLEAN: 'TINYINT(1)',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  UTINYINT: 'TINYINT UNSIGNED',
  USMALLINT: 'SMALLINT UNSIGNED',
  UINTEGER: 'INT UNSIGNED',
  UBIGINT: 'BIGINT UNSIGNED',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  VARCHAR: 'LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  BLOB: 'LONGBLOB',
  DATE: 'DATE',
  TIMESTAMP: 'DATETIME(6)',
}

/** The type of a column that DuckDB reads as this; undefined where there is none. */
export function toMysqlType(type: ColumnType): string | undefined {
  return type.name === 'DECIMAL' ? formatColumnType(type) : mysqlTypes[type.name]
}

/** The rows of a table that fulfil a condition of MySQL's, as DuckDB has them. */
export function selectFromMysql(
  table: TableRef,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  condition: string,
): string {
  const names = columns.map(({ name, type }) => {
    const column = quoteMysqlName(name)
    // A text that is compared by its bytes would be a BLOB here.
    return type.name === 'VARCHAR'
      ? `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_general_ci AS ${column}`
      : column
  })
  const sql = `SELECT ${names.join(', ')} FROM ${qualifyInMysql(table)} WHERE ${condition}`
  const cast = columns.map(({ name, type }) => {
    const column = quoteIdentifier(name)
    return `${column}::${formatColumnType(type)} AS ${column}`
  })
  return `(SELECT ${cast.join(', ')} FROM ${queryMysql(table.catalog, sql)})`
}
