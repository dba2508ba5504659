import {
  type ColumnDescriptor,
  type ColumnType,
  columnTypeNames,
  type PlainColumnType,
} from '../../protocol/column-type.js'
import { describeValue } from '../describe-value.js'
import { PersistenceError } from '../errors/persistence-error.js'

const plainNames = new Set<string>(columnTypeNames.filter((name) => name !== 'DECIMAL' && name !== 'ENUM'))

/** Other names that DuckDB has for the same types: https://duckdb.org/docs/stable/sql/data_types/overview */
const aliases: Readonly<Record<string, PlainColumnType['name']>> = {
  BOOL: 'BOOLEAN',
  INT1: 'TINYINT',
  INT2: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT4: 'INTEGER',
  INT: 'INTEGER',
  SIGNED: 'INTEGER',
  INT8: 'BIGINT',
  LONG: 'BIGINT',
  FLOAT4: 'FLOAT',
  REAL: 'FLOAT',
  FLOAT8: 'DOUBLE',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  BYTEA: 'BLOB',
  BINARY: 'BLOB',
  VARBINARY: 'BLOB',
  DATETIME: 'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMPTZ',
}

const nestedPattern = /^(STRUCT|MAP|UNION|LIST|ARRAY|VARIANT)\b|\[\d*\]$/i
const decimalPattern = /^(?:DECIMAL|NUMERIC|DEC)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/i
const enumPattern = /^ENUM\s*\(/i

/**
 * Reads a column's definition, such as `'DECIMAL(10,2) NOT NULL'`.
 *
 * Nothing of the text reaches SQL: it is read into a type, of which SQL is made anew.
 *
 * @throws TypeError if it is not a type; `PERSIST_SCHEMA_MISMATCH` if it is one that cannot be written.
 */
export function parseColumn(name: string, definition: unknown): ColumnDescriptor {
  if (typeof definition !== 'string') {
    throw new TypeError(
      `Expected column \`${name}\` to be a type such as 'BIGINT', got ${describeValue(definition)}`,
    )
  }
  const whole = definition.trim()
  const nullable = withoutLastWord(whole, 'NULL')
  const required = nullable === undefined ? undefined : withoutLastWord(nullable, 'NOT')
  const text = required ?? nullable ?? whole
  if (nestedPattern.test(text)) {
    const message = `Column \`${name}\` is of a nested type, which cannot be written yet: ${describeValue(text)}`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  const type = parseColumnType(text)
  if (type === undefined) {
    throw new TypeError(
      `Expected column \`${name}\` to be of a DuckDB type, got ${describeValue(definition)}`,
    )
  }
  return { name, type, notNull: required !== undefined, hasDefault: false }
}

/**
 * The text before its last word, if that is `word` and not the only one. By its end, and not by a pattern: one that
 * looks for it at every place takes time in proportion to the square, or the cube, of a hostile text's length.
 */
function withoutLastWord(text: string, word: string): string | undefined {
  if (text.slice(-word.length).toUpperCase() !== word) return undefined
  const rest = text.slice(0, -word.length)
  const trimmed = rest.trimEnd()
  return trimmed === '' || trimmed === rest ? undefined : trimmed
}

function parseColumnType(text: string): ColumnType | undefined {
  const upper = text.toUpperCase().replace(/\s+/g, ' ')
  if (plainNames.has(upper)) return { name: upper as PlainColumnType['name'] }
  const alias = Object.hasOwn(aliases, upper) ? aliases[upper] : undefined
  if (alias !== undefined) return { name: alias }
  const decimal = decimalPattern.exec(text)
  if (decimal !== null) return parseDecimalType(decimal[1], decimal[2])
  const enumeration = enumPattern.exec(text)
  if (enumeration === null || !text.endsWith(')')) return undefined
  return parseEnumType(text.slice(enumeration[0].length, -1))
}

/** Without its parameters a DECIMAL is DuckDB's DECIMAL(18,3); with the first only, it has no fraction digits. */
function parseDecimalType(
  widthText: string | undefined,
  scaleText: string | undefined,
): ColumnType | undefined {
  const width = Number(widthText ?? 18)
  const scale = Number(scaleText ?? (widthText === undefined ? 3 : 0))
  if (width < 1 || width > 38 || scale > width) return undefined
  return { name: 'DECIMAL', width, scale }
}

/** Members in quotes, with commas between them; a quote in a member is doubled. */
function parseEnumType(text: string): ColumnType | undefined {
  const members: string[] = []
  let rest = skipSpace(text, 0)
  for (;;) {
    if (text[rest] !== "'") return undefined
    const end = findClosingQuote(text, rest + 1)
    if (end === -1) return undefined
    members.push(text.slice(rest + 1, end).replaceAll("''", "'"))
    rest = skipSpace(text, end + 1)
    if (rest === text.length) break
    if (text[rest] !== ',') return undefined
    rest = skipSpace(text, rest + 1)
  }
  return new Set(members).size === members.length ? { name: 'ENUM', members } : undefined
}

function findClosingQuote(text: string, start: number): number {
  let quote = text.indexOf("'", start)
  while (quote !== -1 && text[quote + 1] === "'") quote = text.indexOf("'", quote + 2)
  return quote
}

function skipSpace(text: string, start: number): number {
  let position = start
  while (/\s/.test(text[position] ?? '')) position++
  return position
}
