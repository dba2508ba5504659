import { type ColumnKind, columnKinds, nestedJson, type Row, type Shape } from '../shapes/shape.js'

/** How many rows and keys there are, and of each column the sum of its integers or the bytes of its texts; what is nested is JSON text. */
export type Checksum = Readonly<Record<string, number | string>>

/** What is summed up, by the kind; of a number that is no integer nothing, for its sum depends on the order. */
const adders = {
  integer: Number,
  text: (value: unknown) => Buffer.byteLength(String(value)),
  json: (value: unknown) => Buffer.byteLength(JSON.stringify(value)),
  nested: (value: unknown) => Buffer.byteLength(nestedJson(value)),
  float: undefined,
  timestamp: undefined,
}

export function checksumOf(shape: Shape, rows: Iterable<Row>): Checksum {
  const checked = columnKinds(shape).flatMap(([name, kind]) => {
    const add = adders[kind]
    return add === undefined ? [] : [{ name, add, sum: new ExactSum() }]
  })
  const keys = new Set<unknown>()
  let count = 0
  for (const row of rows) {
    count++
    keys.add(row[shape.key])
    for (const { name, add, sum } of checked) sum.add(add(row[name]))
  }
  return {
    rows: count,
    keys: keys.size,
    ...Object.fromEntries(checked.map(({ name, sum }) => [name, String(sum)])),
  }
}

/** Of rows that are there several times, and of others, none of which has a key of theirs. */
export function addChecksums(rows: Checksum, times: number, others: Checksum): Checksum {
  const sums = Object.entries(rows).map(([name, value]) => {
    const sum = BigInt(value) * BigInt(name === 'keys' ? 1 : times) + BigInt(others[name] ?? 0)
    return [name, typeof value === 'number' ? Number(sum) : String(sum)] as const
  })
  return Object.fromEntries(sums)
}

/** Adds integers up, of which many may be more than a number holds. */
class ExactSum {
  #whole = 0n
  /** As far as it is exact: adding bigints one by one takes ten times as long. */
  #part = 0

  add(value: number): void {
    this.#part += value
    if (Math.abs(this.#part) < 2 ** 52) return
    this.#whole += BigInt(this.#part)
    this.#part = 0
  }

  toString(): string {
    return String(this.#whole + BigInt(this.#part))
  }
}

/**
 * SQL that computes a checksum.
 *
 * @param bytesOf - SQL of the bytes of a text, or of the JSON text of what is nested, in the database's dialect.
 */
export function checksumSql(shape: Shape, bytesOf: (column: string, kind: ColumnKind) => string): string {
  const sums = columnKinds(shape).flatMap(([name, kind]) => {
    if (adders[kind] === undefined) return []
    const value = kind === 'integer' ? `"${name}"` : bytesOf(`"${name}"`, kind)
    return [`CAST(coalesce(sum(${value}), 0) AS TEXT) AS "${name}"`]
  })
  const counts = ['count(*) AS "rows"', `count(DISTINCT "${shape.key}") AS "keys"`]
  return `SELECT ${[...counts, ...sums].join(', ')} FROM ${shape.table}`
}

/** SQL that reads the rows of some keys. */
export function rowsSql(
  { table, columns, key }: Shape,
  keys: readonly unknown[],
  read = plainColumn,
): string {
  const selected = Object.entries(columns).map(([name, type]) => `${read(`"${name}"`, type)} AS "${name}"`)
  const literals = keys.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
  return `SELECT ${selected.join(', ')} FROM ${table} WHERE "${key}" IN (${literals.join(', ') || 'NULL'})`
}

function plainColumn(column: string, _type: string): string {
  return column
}
