import { quoteIdentifier } from '../../protocol/column-type.js'
import type { StagedRound } from './staged-round.js'

/**
 * Gives the columns that staged rows do not carry the value that they will have: that of the row that is updated,
 * or else that of the column's DEFAULT.
 */
export async function fillStaging({ connection, target, staging, absence }: StagedRound): Promise<void> {
  const { columns, shape, key, onConflict, table } = target
  const absent = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => absence.inSome[index])
  const byDefault = absent.flatMap(({ name, index }) => {
    const value = shape.defaults.get(name)
    return value === undefined ? [] : [assignment(name, staging.isAbsent(index), value)]
  })
  if (byDefault.length > 0) await connection.run(`UPDATE ${staging.table} SET ${byDefault.join(', ')}`)
  if (onConflict !== 'update' || key === undefined) return
  const kept = absent
    .filter(({ name }) => !key.columns.includes(name))
    .map(({ name, index }) =>
      assignment(name, staging.isAbsent(index, 's.'), `t.${quoteIdentifier(name)}`, 's.'),
    )
  if (kept.length === 0) return
  const isSame = key.expressions.map((column) => `s.${column} = t.${column}`).join(' AND ')
  await connection.run(
    `UPDATE ${staging.table} AS s SET ${kept.join(', ')} FROM ${table} AS t WHERE ${isSame}`,
  )
}

function assignment(name: string, isAbsent: string, value: string, alias = ''): string {
  const column = quoteIdentifier(name)
  return `${column} = CASE WHEN ${isAbsent} THEN ${value} ELSE ${alias}${column} END`
}
