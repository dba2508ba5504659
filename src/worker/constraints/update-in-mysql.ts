import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import {
  executeMysql,
  isNamedInMysql,
  isSameInMysql,
  qualifyInMysql,
  quoteMysqlName,
  toMysqlKey,
  toMysqlLiteral,
} from '../catalog/mysql-sql.js'
import type { Unique } from '../catalog/table-metadata.js'
import { assignedColumns } from './rewritten-rows.js'
import type { StagedPass } from './staged-pass.js'

/** Rows that one UPDATE is about: it compares each of them with each row that the server finds for them. */
const rowsAtOnce = 200

/** Characters of SQL that rows of one UPDATE have, unless one of them has more: a server takes 16 MiB by default. */
const charactersAtOnce = 1_000_000

/** Rows whose SQL is in memory at once. */
const rowsInMemory = 1_000

/**
 * Updates rows by statements that name all values. To delete the rows and to insert them again would have the server
 * delete those of other tables, too, whose FOREIGN KEYs say so, and lose columns that are not carried.
 *
 * @param updating - The staged rows, all of which take the place of one that is there.
 */
export async function updateInMysql(pass: StagedPass, key: Unique, updating: string): Promise<void> {
  const { connection, target, staging } = pass
  const keys = key.columns.flatMap((name) => {
    return target.columns.filter((column) => foldName(column.name) === foldName(name))
  })
  const assigned = assignedColumns(pass, key)
  if (assigned.length === 0) return
  for (let last = -1; ; ) {
    const rows = `SELECT s.* FROM (${updating}) s WHERE s.${staging.ordinal} > ${last}
      ORDER BY s.${staging.ordinal} ASC NULLS LAST LIMIT ${rowsInMemory}`
    const result = await connection.run(selectStatementParts(rows, staging.ordinal, keys, assigned))
    const parts = await result.getRows()
    for (const [ordinal, values, ...named] of parts) {
      last = Math.max(last, Number(ordinal))
      const sql = toUpdate(qualifyInMysql(target.ref), keys, assigned, String(values), named.map(String))
      await connection.run(executeMysql(target.ref.catalog, sql))
    }
    if (parts.length === 0) return
  }
}

/** Of each UPDATE: the greatest ordinal, a query for its values, and a list of the values of each column of the key. */
function selectStatementParts(
  rows: string,
  ordinal: string,
  keys: readonly ColumnDescriptor[],
  assigned: readonly ColumnDescriptor[],
): string {
  const literalOf = ({ name, type }: ColumnDescriptor) => toMysqlLiteral(quoteIdentifier(name), type)
  const values = [
    ...keys.map(({ name, type }, index) => `${toMysqlKey(quoteIdentifier(name), type)} || ' AS k${index}'`),
    ...assigned.map((column, index) => `${literalOf(column)} || ' AS a${index}'`),
  ]
  const literals = keys.map((column, index) => `${literalOf(column)} AS k${index}`)
  const lists = keys.map((_, index) => `string_agg(DISTINCT k${index}, ', ')`)
  return `WITH literals AS (SELECT ${ordinal}::DOUBLE AS o, 'SELECT ' || ${values.join(" || ', ' || ")} AS sql,
      ${literals.join(', ')} FROM (${rows})),
    numbered AS (SELECT *, row_number() OVER before AS n, sum(strlen(sql)) OVER before AS characters FROM literals
      WINDOW before AS (ORDER BY o ASC NULLS LAST ROWS UNBOUNDED PRECEDING))
    SELECT max(o), string_agg(sql, ' UNION ALL '), ${lists.join(', ')} FROM numbered
    GROUP BY (n - 1) // ${rowsAtOnce}, characters // ${charactersAtOnce} ORDER BY max(o) ASC NULLS LAST`
}

function toUpdate(
  table: string,
  keys: readonly ColumnDescriptor[],
  assigned: readonly ColumnDescriptor[],
  values: string,
  named: readonly string[],
): string {
  const isSame = keys.map(({ name, type }, index) => {
    return isSameInMysql(`t.${quoteMysqlName(name)}`, `s.k${index}`, type)
  })
  // So that an index finds them.
  const isNamed = keys.flatMap(({ name, type }, index) => {
    return isNamedInMysql(type) ? [`t.${quoteMysqlName(name)} IN (${named[index]})`] : []
  })
  const assignments = assigned.map(({ name }, index) => `t.${quoteMysqlName(name)} = s.a${index}`)
  return `UPDATE ${table} AS t JOIN (${values}) AS s ON ${isSame.join(' AND ')} SET ${assignments.join(', ')}
    WHERE ${isNamed.length === 0 ? 'true' : isNamed.join(' AND ')}`
}
