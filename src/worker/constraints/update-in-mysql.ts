import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { foldName, quoteIdentifier, type TableRef } from '../../protocol/sql.js'
import {
  executeMysql,
  isNamedInMysql,
  isSameInMysql,
  qualifyInMysql,
  queryMysql,
  quoteMysqlName,
  toMysqlKey,
  toMysqlLiteral,
} from '../catalog/mysql-sql.js'
import type { Unique } from '../catalog/table-metadata.js'
import { WorkerFailure } from '../failure.js'
import { assignedColumns } from './rewritten-rows.js'
import type { StagedPass } from './staged-pass.js'

/** Rows that one UPDATE is about: it compares each of them with each row that the server finds for them. */
const rowsAtOnce = 200

/** Characters of SQL that rows of one UPDATE have, unless one of them has more: a server takes 16 MiB by default. */
const charactersAtOnce = 1_000_000

/** Rows whose SQL is in memory at once. */
const rowsInMemory = 1_000

/** What one UPDATE is about, as SQL of the server's. */
interface Part {
  readonly rows: number
  /** A query for the rows' values: `k0`, `k1` and so on of the key, `a0`, `a1` and so on of the others. */
  readonly values: string
  /** A query for their keys alone, and a number `o` of each. */
  readonly keys: string
  /** Of each column of the key, a list of its values. */
  readonly named: readonly string[]
}

/**
 * Updates rows by statements that name all values. To delete the rows and to insert them again would have the server
 * delete those of other tables, too, whose FOREIGN KEYs say so, and lose columns that are not carried.
 *
 * @param updating - The staged rows, all of which take the place of one that is there.
 * @throws `PERSIST_CONFLICT` where one is not there any more: the transaction still sees it as it was when it began.
 */
export async function updateInMysql(pass: StagedPass, key: Unique, updating: string): Promise<void> {
  const { connection, target, staging } = pass
  const { ref } = target
  const keys = key.columns.flatMap((name) => {
    return target.columns.filter((column) => foldName(column.name) === foldName(name))
  })
  const assigned = assignedColumns(pass, key)
  for (let last = -1; ; ) {
    const rows = `SELECT s.* FROM (${updating}) s WHERE s.${staging.ordinal} > ${last}
      ORDER BY s.${staging.ordinal} ASC NULLS LAST LIMIT ${rowsInMemory}`
    const result = await connection.run(selectParts(rows, staging.ordinal, keys, assigned))
    const found = await result.getRows()
    for (const [ordinal, count, values, keyValues, ...named] of found) {
      last = Math.max(last, Number(ordinal))
      const part = {
        rows: Number(count),
        values: String(values),
        keys: String(keyValues),
        named: named.map(String),
      }
      if (assigned.length > 0)
        await connection.run(executeMysql(ref.catalog, toUpdate(ref, keys, assigned, part)))
      // They are locked now, so that none goes away later.
      const [there = 0] = await connection.readNumbers(
        `SELECT n::DOUBLE FROM ${queryMysql(ref.catalog, toCount(ref, keys, part))}`,
      )
      if (there < part.rows) {
        throw new WorkerFailure({
          code: 'PERSIST_CONFLICT',
          message: 'Another process has deleted rows meanwhile that were to be updated',
        })
      }
    }
    if (found.length === 0) return
  }
}

/** Rows of the greatest ordinal of a part, and what the part has. */
function selectParts(
  rows: string,
  ordinal: string,
  keys: readonly ColumnDescriptor[],
  assigned: readonly ColumnDescriptor[],
): string {
  const literalOf = ({ name, type }: ColumnDescriptor) => toMysqlLiteral(quoteIdentifier(name), type)
  const keyValues = keys.map(({ name, type }, index) => {
    return `${toMysqlKey(quoteIdentifier(name), type)} || ' AS k${index}'`
  })
  const values = [...keyValues, ...assigned.map((column, index) => `${literalOf(column)} || ' AS a${index}'`)]
  const literals = keys.map((column, index) => `${literalOf(column)} AS k${index}`)
  const lists = keys.map((_, index) => `string_agg(DISTINCT k${index}, ', ')`)
  return `WITH literals AS (SELECT ${ordinal}::DOUBLE AS o, 'SELECT ' || ${values.join(" || ', ' || ")} AS sql,
      'SELECT ' || ${keyValues.join(" || ', ' || ")} AS keys, ${literals.join(', ')} FROM (${rows})),
    numbered AS (SELECT *, row_number() OVER before AS n, sum(strlen(sql)) OVER before AS characters FROM literals
      WINDOW before AS (ORDER BY o ASC NULLS LAST ROWS UNBOUNDED PRECEDING))
    SELECT max(o), count(*), string_agg(sql, ' UNION ALL '),
      string_agg(keys || ', ' || n || ' AS o', ' UNION ALL '), ${lists.join(', ')}
    FROM numbered GROUP BY (n - 1) // ${rowsAtOnce}, characters // ${charactersAtOnce}
    ORDER BY max(o) ASC NULLS LAST`
}

function toUpdate(
  table: TableRef,
  keys: readonly ColumnDescriptor[],
  assigned: readonly ColumnDescriptor[],
  { values, named }: Part,
): string {
  const assignments = assigned.map(({ name }, index) => `t.${quoteMysqlName(name)} = s.a${index}`)
  return `UPDATE ${joinRows(table, keys, values)} SET ${assignments.join(', ')} WHERE ${isNamed(keys, named)}`
}

/** How many of the rows are there as the server has them now, whatever the transaction sees. */
function toCount(table: TableRef, keys: readonly ColumnDescriptor[], { keys: values, named }: Part): string {
  return `SELECT count(DISTINCT s.o) AS n FROM ${joinRows(table, keys, values)} WHERE ${isNamed(keys, named)} FOR UPDATE`
}

function joinRows(table: TableRef, keys: readonly ColumnDescriptor[], values: string): string {
  const isSame = keys.map(({ name, type }, index) => {
    return isSameInMysql(`t.${quoteMysqlName(name)}`, `s.k${index}`, type)
  })
  return `${qualifyInMysql(table)} AS t JOIN (${values}) AS s ON ${isSame.join(' AND ')}`
}

/** A condition of all rows that may have one of the keys, so that an index finds them. */
function isNamed(keys: readonly ColumnDescriptor[], named: readonly string[]): string {
  const conditions = keys.flatMap(({ name, type }, index) => {
    return isNamedInMysql(type) ? [`t.${quoteMysqlName(name)} IN (${named[index]})`] : []
  })
  return conditions.length === 0 ? 'true' : conditions.join(' AND ')
}
