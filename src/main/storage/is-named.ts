import { quoteLiteral } from '../../protocol/column-type.js'

/** A condition on the catalog's rows: DuckDB ignores the case of names. */
export function isNamed(column: string, name: string): string {
  const isInMain =
    'database_name COLLATE "binary" = current_database() AND schema_name COLLATE "binary" = \'main\''
  return `${isInMain} AND lower(${column}) COLLATE "binary" = lower(${quoteLiteral(name)})`
}
