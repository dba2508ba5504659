import { foldName } from '../../protocol/sql.js'
import type { Check, ForeignKey, GeneratedColumn, Unique } from './table-metadata.js'

/** What DuckDB keeps indexes for, or checks in an UPDATE. */
interface Indexed {
  readonly columns: readonly string[]
  readonly generated: readonly GeneratedColumn[]
  readonly checks: readonly Check[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly uniques: readonly Unique[]
  /** What each index is on: columns, quoted where they must be, and other expressions. */
  readonly indexed: readonly string[]
}

/**
 * The columns that DuckDB cannot change in place: an UPDATE that assigns to one of them deletes its rows and inserts
 * them again. Those are the columns of any index, a FOREIGN KEY's own among them. A CHECK on several columns of which
 * one is indexed makes it all columns, for an UPDATE takes those of such a CHECK as assigned to.
 *
 * @param namesIn - The names that an expression has for columns; undefined where they cannot be known.
 */
export function findRewritingColumns(
  { columns, generated, checks, foreignKeys, uniques, indexed }: Indexed,
  namesIn: (expression: string) => readonly string[] | undefined,
): readonly string[] {
  const byName = new Map(columns.map((name) => [foldName(name), name]))
  const computed = new Map(generated.map(({ name, expression }) => [foldName(name), expression]))
  const found = new Set([...uniques, ...foreignKeys].flatMap((rule) => rule.columns))
  const seen = new Set<string>()
  const waiting = [...indexed]
  for (let expression = waiting.pop(); expression !== undefined; expression = waiting.pop()) {
    if (seen.has(expression)) continue
    seen.add(expression)
    const names = namesIn(expression)
    if (names === undefined) return columns
    for (const name of names.map((other) => foldName(other))) {
      const column = byName.get(name)
      if (column !== undefined) found.add(column)
      // An index on a generated column is one on the columns that it is made of.
      waiting.push(...[computed.get(name) ?? []].flat())
    }
  }
  const isAll = checks.some((check) => {
    const names = new Set(check.columns)
    return names.size > 1 && [...names].some((name) => found.has(name))
  })
  return isAll ? columns : columns.filter((name) => found.has(name))
}

/** The parts of the names of columns in what `json_serialize_sql` makes of a SELECT; undefined where it is no SELECT. */
export function namesInSelect(serialized: string): readonly string[] | undefined {
  const tree: unknown = JSON.parse(serialized)
  const names: string[] = []
  collectNames(tree, names)
  return isObject(tree) && tree.error === false ? names : undefined
}

function collectNames(node: unknown, names: string[]): void {
  if (!isObject(node)) return
  for (const [key, value] of Object.entries(node)) {
    if (key === 'column_names' && Array.isArray(value)) names.push(...value.map(String))
    else collectNames(value, names)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
