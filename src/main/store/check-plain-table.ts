import { foldName, isNamed, qualify } from '../../protocol/sql.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import type { ServiceInternals } from '../service-internals.js'
import { refuseTable, type StoreColumn } from './store-columns.js'

/**
 * Whether a table can become a store without anything being lost but its PRIMARY KEY, which the store keeps by itself,
 * its NOT NULLs and its indexes.
 *
 * @throws `PERSIST_SCHEMA_MISMATCH` for generated columns, constraints that nobody would check any more, tables that
 * refer to it, and a key that is there twice.
 */
export async function checkPlainTable(
  service: ServiceInternals,
  name: string,
  columns: readonly StoreColumn[],
): Promise<void> {
  const { columns: written } = await service.table(name)
  const generated = columns.find((column) => !written.some((one) => one.name === column.name))
  if (generated !== undefined) refuseTable(name, `${quoteName(generated.name)} is a generated column`)
  await checkConstraints(service, name)
  const [twice] = await service.query<{ key: string }>(
    `SELECT any_value(key) AS key FROM ${qualify(service.tableRef(name))} WHERE key IS NOT NULL
     GROUP BY key COLLATE "binary" HAVING count(*) > 1 LIMIT 1`,
  )
  if (twice !== undefined) refuseTable(name, `the key ${describeValue(twice.key)} is there more than once`)
}

async function checkConstraints(service: ServiceInternals, name: string): Promise<void> {
  const table = service.tableRef(name)
  const rows = await service.query<{ table: string; text: string; columns: string; type: string }>(
    `SELECT table_name AS "table", constraint_text AS text, constraint_type AS type,
       array_to_string(constraint_column_names, ',') AS columns
     FROM system.main.duckdb_constraints()
     WHERE ${isNamed('table_name', table)} OR ${isNamed('referenced_table', table)}
     UNION ALL
     SELECT table_name, sql, 'UNIQUE', regexp_replace(expressions, '[\\[\\]''" ]', '', 'g')
     FROM system.main.duckdb_indexes() WHERE is_unique AND ${isNamed('table_name', table)}`,
  )
  for (const { table, text, columns, type } of rows) {
    const isOfOther = foldName(table) !== foldName(name)
    const isOfKey = (type === 'PRIMARY KEY' || type === 'UNIQUE') && foldName(columns) === 'key'
    if (isOfOther) refuseTable(name, `the table ${quoteName(table)} refers to it: ${toVisible(text, 200)}`)
    if (type !== 'NOT NULL' && !isOfKey)
      refuseTable(name, `nobody would check ${toVisible(text, 200)} any more`)
  }
}
