import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { quoteIdentifier } from '../../protocol/sql.js'
import { keyedRows, type StagedPass } from './staged-pass.js'

/** Gives the columns that staged rows do not carry the value of their DEFAULT. */
export async function fillDefaults(pass: StagedPass): Promise<void> {
  const { connection, target, staging } = pass
  for (const { name, index } of uncarried(pass)) {
    const value = target.metadata.defaults.get(name)
    if (value === undefined) continue
    // One by one, and without a CASE that would give both values a type in common: DuckDB casts a DEFAULT as here.
    await connection.run(
      `UPDATE ${staging.table} SET ${quoteIdentifier(name)} = ${value} WHERE ${staging.isOmitted(index)}`,
    )
  }
}

/** Gives the columns that rows do not carry, in an update, the value that the row which they update has. */
export async function keepUncarried(pass: StagedPass): Promise<void> {
  const { connection, target, staging } = pass
  const { key, onConflict } = target
  if (onConflict !== 'update' || key === undefined) return
  const assignments = uncarried(pass)
    .filter(({ name }) => !key.columns.includes(name))
    .map(({ name, index }) => {
      const column = quoteIdentifier(name)
      return `${column} = CASE WHEN ${staging.isOmitted(index, 's.')} THEN t.${column} ELSE s.${column} END`
    })
  if (assignments.length === 0) return
  const { from, where } = keyedRows(pass, '0')
  const rows = where === 'true' ? from : `(SELECT * FROM ${from} WHERE ${where})`
  const isSame = key.expressions.map((column) => `s.${column} = t.${column}`).join(' AND ')
  await connection.run(
    `UPDATE ${staging.table} AS s SET ${assignments.join(', ')} FROM ${rows} AS t WHERE ${isSame}`,
  )
}

/** The columns that some row does not carry. */
function uncarried({ target, omitted }: StagedPass): (ColumnDescriptor & { readonly index: number })[] {
  return target.columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => omitted.inSome[index])
}
