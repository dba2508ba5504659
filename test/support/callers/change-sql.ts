import type { ChangeAction } from './actions.js'

interface Change {
  readonly table: string
  readonly id: number | string | null
  /** Beside `id`. */
  readonly values: Readonly<Record<string, number>>
  readonly hasKey: boolean
}

/** A statement that changes the row of an `id`, whatever settings say of how texts are compared. */
export function changeSql(kind: ChangeAction['do'], { table, id, values, hasKey }: Change): string {
  const isText = typeof id === 'string'
  const value = isText ? `('${id.replaceAll('\0', "' || chr(0) || '")}')` : String(id)
  const isRow = isText ? `encode(id) = encode(${value})` : `id = ${value}`
  const [names, given] = [Object.keys(values), Object.values(values)]
  if (kind === 'delete') return `DELETE FROM ${table} WHERE ${isRow}`
  if (kind === 'update') {
    const assignments = names.map((name, index) => `${name} = ${given[index]}`)
    return `UPDATE ${table} SET ${assignments.join(', ')} WHERE ${isRow}`
  }
  const unlessThere = hasKey ? ` WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${isRow})` : ''
  return `INSERT INTO ${table} (id, ${names.join(', ')}) SELECT ${[value, ...given].join(', ')}${unlessThere}`
}
