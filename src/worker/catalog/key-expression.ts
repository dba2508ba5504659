import type { ColumnType } from '../../protocol/column-type.js'

/**
 * A value as keys are compared: by its bytes, as DuckDB's own indexes do, whatever the collation of the column or the
 * setting `default_collation` says. JSON is text, too, but takes no collation by itself.
 *
 * @param sql - Begins with the quoted name of a column, where an alias is to be put before it.
 */
export function toKeyExpression(sql: string, type: Pick<ColumnType, 'name'> | undefined): string {
  if (type?.name === 'VARCHAR') return `${sql} COLLATE "binary"`
  return type?.name === 'JSON' ? `${sql}::VARCHAR COLLATE "binary"` : sql
}
