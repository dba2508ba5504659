import { columnKind } from '../shapes/column-kind.js'
import { columnNames, type Shape } from '../shapes/shape.js'
import { ExactSum } from './exact-sum.js'

/** How many rows and keys there are, and of each column the sum of its integers or the bytes of its texts. */
export type Checksum = Readonly<Record<string, number | string>>

export function checksumOf<Row extends object>(shape: Shape<Row>, rows: Iterable<Row>): Checksum {
  const checked = columnNames(shape).flatMap((name) => {
    const add = adderOf(shape.columns[name])
    return add === undefined ? [] : [{ name, add, sum: new ExactSum() }]
  })
  const keys = new Set<unknown>()
  let count = 0
  for (const row of rows) {
    count++
    keys.add(row[shape.key])
    for (const { name, add, sum } of checked) sum.add(add(row[name]))
  }
  const sums = checked.map(({ name, sum }) => [name, sum.toString()] as const)
  return { rows: count, keys: keys.size, ...Object.fromEntries(sums) }
}

/** What is summed up; of a number that is no integer nothing, for its sum depends on the order. */
function adderOf(definition: string): ((value: unknown) => number) | undefined {
  const kind = columnKind(definition)
  if (kind === 'integer') return Number
  if (kind === 'text') return (value) => Buffer.byteLength(String(value))
  if (kind === 'json') return (value) => Buffer.byteLength(JSON.stringify(value))
  return undefined
}

/**
 * SQL that computes a checksum.
 *
 * @param sumOf - SQL of the sum of a column, as text, in the database's dialect.
 */
export function checksumSql<Row extends object>(
  shape: Shape<Row>,
  sumOf: (column: string, what: 'integers' | 'bytes') => string,
): string {
  const sums = columnNames(shape).flatMap((name) => {
    const kind = columnKind(shape.columns[name])
    if (kind === 'float' || kind === 'timestamp') return []
    return [`${sumOf(`"${name}"`, kind === 'integer' ? 'integers' : 'bytes')} AS "${name}"`]
  })
  const counts = ['count(*) AS "rows"', `count(DISTINCT "${shape.key}") AS "keys"`]
  return `SELECT ${[...counts, ...sums].join(', ')} FROM ${shape.table}`
}

/** SQL that reads the rows of some keys. */
export function rowsSql<Row extends object>(
  shape: Shape<Row>,
  keys: readonly (string | number)[],
  read: (column: string, definition: string) => string = (column) => column,
): string {
  const columns = columnNames(shape).map((name) => `${read(`"${name}"`, shape.columns[name])} AS "${name}"`)
  const literals = keys.map((key) => (typeof key === 'string' ? `'${key}'` : String(key)))
  return `SELECT ${columns.join(', ')} FROM ${shape.table} WHERE "${shape.key}" IN (${literals.join(', ') || 'NULL'})`
}
