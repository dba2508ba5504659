import type { ColumnType } from '../../protocol/column-type.js'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import { toKeyExpression } from './key-expression.js'
import type { Check, ForeignKey, GeneratedColumn, NotNull, Unique } from './table-metadata.js'

/** Rows of `duckdb_constraints()`: type, text, expression, columns, referenced table, referenced columns. */
export const constraintColumns = `constraint_type, constraint_text, expression, constraint_column_names,
  referenced_table, referenced_column_names`

/** Rows of `duckdb_indexes()`: name, whether it is unique, its expressions. */
export const indexColumns = 'index_name, is_unique, expressions::VARCHAR[]'

export interface TableConstraints {
  readonly notNulls: readonly NotNull[]
  readonly checks: readonly Check[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly uniques: readonly Unique[]
}

/** The expressions that unique indexes are on and that are no columns. */
export function computedExpressions(
  table: string,
  indexRows: readonly (readonly unknown[])[],
  types: ReadonlyMap<string, unknown>,
): string[] {
  const columnOf = columnFinder(table, types)
  return indexRows
    .filter(([, isUnique]) => isUnique === true)
    .flatMap(([, , expressionList]) => toStrings(expressionList))
    .filter((expression) => columnOf(expression) === undefined)
}

/** NULL where it cannot be computed, which is another rule's concern. */
export function toTried(expression: string): string {
  return `TRY(${expression})`
}

/** The columns of those that are on columns alone, but for the PRIMARY KEY. */
export function toUniqueKeys(uniques: readonly Unique[]): readonly (readonly string[])[] {
  return uniques
    .filter(({ code, columns, expressions }) => code === 'unique' && columns.length === expressions.length)
    .map(({ columns }) => columns)
}

/** Of a column that the catalog has no constraint of, but says that it takes no NULL. */
export function toNotNull(name: string): NotNull {
  return { code: 'not-null', text: `${quoteIdentifier(name)} NOT NULL`, columns: [name] }
}

/** Makes constraints of what the catalog has about them, as JSON values; the PRIMARY KEY is the first of the uniques. */
export function readConstraints(
  table: string,
  constraintRows: readonly (readonly unknown[])[],
  indexRows: readonly (readonly unknown[])[],
  types: ReadonlyMap<string, ColumnType | undefined>,
  generated: readonly GeneratedColumn[],
  computedTypes: ReadonlyMap<string, ColumnType | undefined>,
): TableConstraints {
  const toKey = (name: string) => toKeyExpression(quoteIdentifier(name), types.get(name))
  const notNulls: NotNull[] = []
  const checks: Check[] = []
  const foreignKeys: ForeignKey[] = []
  const primary: Unique[] = []
  const others: Unique[] = []
  for (const [type, constraintText, expression, names, referencedTable, referencedNames] of constraintRows) {
    const columns = toStrings(names)
    // Of SQLite's it leaves the columns out.
    const text = String(constraintText).replace(/^PRIMARY KEY\(\)$/, `PRIMARY KEY(${columns.join(', ')})`)
    const expressions = columns.map(toKey)
    if (type === 'NOT NULL') {
      const [column = ''] = columns
      notNulls.push({ code: 'not-null', text: `${quoteIdentifier(column)} NOT NULL`, columns })
    } else if (type === 'CHECK') {
      checks.push(toCheck(text, columns, String(expression)))
    } else if (type === 'FOREIGN KEY') {
      const referencedColumns = toStrings(referencedNames)
      const reference = { referencedTable: String(referencedTable), referencedColumns }
      // The catalog has no text where a table refers to itself.
      const made = `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${referencedTable}(${referencedColumns.join(', ')})`
      foreignKeys.push({ code: 'foreign-key', text: text === '' ? made : text, columns, ...reference })
    } else if (type === 'PRIMARY KEY') primary.push({ code: 'duplicate-key', text, columns, expressions })
    else if (type === 'UNIQUE') others.push({ code: 'unique', text, columns, expressions })
  }
  const columnOf = columnFinder(table, types)
  for (const [name, isUnique, expressionList] of indexRows) {
    if (isUnique !== true) continue
    const indexed = toStrings(expressionList)
    const text = `UNIQUE INDEX ${quoteIdentifier(String(name))} (${indexed.join(', ')})`
    const names = indexed.map(columnOf)
    const computed = indexed.filter((_, index) => names[index] === undefined)
    for (const expression of computed) checks.push(toComputable(text, expression))
    const expressions = indexed.map((expression, index) => {
      const column = names[index]
      if (column !== undefined) return toKey(column)
      return toKeyExpression(toTried(expression), computedTypes.get(expression))
    })
    // What an expression is about is not known.
    const columns = computed.length > 0 ? [] : names.map(String)
    others.push({ code: 'unique', text, columns, expressions })
  }
  for (const { name, expression } of generated) {
    checks.push(toComputable(`${quoteIdentifier(name)} AS (${expression})`, expression))
  }
  return { notNulls, checks, foreignKeys, uniques: [...primary, ...others] }
}

/**
 * Finds the column that an expression of an index is: an index has it as it was written, and with the table's name where
 * that was written in another case.
 */
function columnFinder(
  table: string,
  types: ReadonlyMap<string, unknown>,
): (expression: string) => string | undefined {
  const tables = [table, quoteIdentifier(table)]
  const known = new Map<string, string>()
  for (const name of types.keys()) {
    for (const column of [name, quoteIdentifier(name)]) {
      for (const text of [column, ...tables.map((one) => `(${one}.${column})`)])
        known.set(foldName(text), name)
    }
  }
  return (expression) => known.get(foldName(expression))
}

/** A CHECK holds where it is NULL. One whose evaluation fails, as a cast may, does not hold. */
function toCheck(text: string, columns: readonly string[], expression: string): Check {
  const volatileCondition = `coalesce((${expression})::BOOLEAN, true)`
  return {
    code: 'check',
    text,
    columns,
    condition: `coalesce(TRY(${volatileCondition}), false)`,
    volatileCondition,
  }
}

/** What a catalog is asked for beside its constraints that would make NULL of a NaN. */
export function refuseNaN(types: ReadonlyMap<string, ColumnType | undefined>): Check[] {
  return [...types].flatMap(([name, type]) => {
    if (type?.name !== 'DOUBLE') return []
    const column = quoteIdentifier(name)
    return [toCheck(`CHECK (NOT isnan(${column}))`, [name], `NOT isnan(${column})`)]
  })
}

/** The same of one that would round a HUGEINT: a Parquet file has a DOUBLE of it. */
export function refuseRounded(types: ReadonlyMap<string, ColumnType | undefined>): Check[] {
  return [...types].flatMap(([name, type]) => {
    if (type?.name !== 'HUGEINT' && type?.name !== 'UHUGEINT') return []
    const column = quoteIdentifier(name)
    const condition = `coalesce(TRY_CAST(${column}::DOUBLE AS ${type.name}) = ${column}, ${column} IS NULL)`
    return [toCheck(`CHECK (${condition})`, [name], condition)]
  })
}

/** The same of a MySQL, which has no infinite numbers and times, and of a second as many digits as a column is made with. */
export function refuseUnlikeMysql(
  types: ReadonlyMap<string, ColumnType | undefined>,
  digits: ReadonlyMap<string, number>,
): Check[] {
  return [...types].flatMap(([name, type]) => {
    const column = quoteIdentifier(name)
    const conditions = conditionsOfMysql(column, type?.name, digits.get(name) ?? 6)
    return conditions.map((condition) => toCheck(`CHECK (${condition})`, [name], condition))
  })
}

function conditionsOfMysql(column: string, type: string | undefined, digits: number): string[] {
  if (type === 'FLOAT' || type === 'DOUBLE') return [`isfinite(${column})`]
  if (type !== 'DATE' && type !== 'TIMESTAMP') return []
  const isWithin = `${column} >= '0001-01-01'::${type} AND ${column} < '10000-01-01'::${type}`
  if (type === 'DATE' || digits === 6) return [isWithin]
  return [isWithin, `epoch_us(${column}) % ${10 ** (6 - digits)} = 0`]
}

/** What is computed of a row must be computable: DuckDB refuses the row otherwise. */
function toComputable(text: string, expression: string): Check {
  const condition = `TRY((${expression}) IS NULL) IS NOT NULL`
  return { code: 'check', text, columns: [], condition, volatileCondition: condition }
}

export function toStrings(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : []
}
