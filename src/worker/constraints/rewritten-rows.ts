import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { qualify, quoteIdentifier, tableIn } from '../../protocol/sql.js'
import type { Reference, Unique } from '../catalog/table-metadata.js'
import { toColumnKey } from '../ingest/write-target.js'
import { sameKey, selectKeys } from './key-sql.js'
import type { StagedPass } from './staged-pass.js'

/** The columns that updates assign to: those that some row carries. The key says which row it is, and stays. */
export function assignedColumns({ target, omitted }: StagedPass, key: Unique): readonly ColumnDescriptor[] {
  return target.columns.filter(
    ({ name }, index) => !key.columns.includes(name) && omitted.inAll[index] !== true,
  )
}

/** A condition: the row `t` of the table has the key of the staged row `s`. */
export function isOfKey(key: Unique): string {
  return key.expressions.map((expression) => `t.${expression} = s.${expression}`).join(' AND ')
}

/**
 * What an update assigns to columns that DuckDB changes by deleting the row and inserting it again: values over a row
 * that differ if and only if such a column does.
 *
 * @see https://duckdb.org/docs/stable/sql/indexes#constraint-checking-in-update-statements
 */
export function rewritingValues(pass: StagedPass, key: Unique, alias = ''): readonly string[] {
  const { metadata } = pass.target
  return assignedColumns(pass, key)
    .filter(({ name }) => metadata.rewriting.includes(name))
    .flatMap(({ name, type }) => {
      const column = `${alias}${quoteIdentifier(name)}`
      const value = `${alias}${toColumnKey(metadata, name)}`
      // What is equal, and yet not the same: 0 and -0, a month and 30 days.
      if (type.name === 'FLOAT' || type.name === 'DOUBLE') return [value, `signbit(${column})`]
      return type.name === 'INTERVAL' ? [`${column}::VARCHAR COLLATE "binary"`] : [value]
    })
}

/** A condition: the staged row `s` changes such a column of the row `t`. Undefined where no row can. */
export function isRewritten(pass: StagedPass, key: Unique): string | undefined {
  const after = rewritingValues(pass, key, 's.')
  const changes = rewritingValues(pass, key, 't.').map(
    (before, index) => `${before} IS DISTINCT FROM ${after[index]}`,
  )
  return changes.length === 0 ? undefined : `(${changes.join(' OR ')})`
}

/** The rows that would rewrite one which others refer to, and which DuckDB so keeps from being deleted: `o`. */
export function selectBound(
  pass: StagedPass,
  { referringTable, ...constraint }: Reference,
): string | undefined {
  const { target, staging, outcomes } = pass
  if (target.onConflict !== 'update' || target.key === undefined) return undefined
  const isChange = isRewritten(pass, target.key)
  if (isChange === undefined) return undefined
  const values = constraint.referencedKey.map((expression, index) => `t.${expression} AS k${index}`)
  const rewriting = `SELECT s.${staging.ordinal} AS o, ${values.join(', ')} FROM ${staging.table} s
    ANTI JOIN ${outcomes.table} v ON v.o = s.${staging.ordinal}
    JOIN ${target.table} t ON ${isOfKey(target.key)} AND ${isChange}`
  const from = qualify(tableIn(target.ref, referringTable))
  const children = selectKeys({ from, where: 'true', ordinal: '0' }, constraint.referringKey)
  return `SELECT f.o FROM (${rewriting}) f SEMI JOIN ${children} c ON ${sameKey('f', 'c', constraint.referencedKey)}`
}
