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
const enumPattern = /^ENUM\s*\((.*)\)$/is
const enumMemberPattern = /\s*'((?:[^']|'')*)'\s*(,|$)/gy

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
  const match = /^\s*(.*?)(?:\s+(NOT\s+)?NULL)?\s*$/is.exec(definition)
  const text = match?.[1] ?? ''
  if (nestedPattern.test(text)) {
    const message = `Column \`${name}\` is of type ${text}: nested types cannot be written yet`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  const type = parseColumnType(text)
  if (type === undefined) {
    throw new TypeError(
      `Expected column \`${name}\` to be of a DuckDB type, got ${describeValue(definition)}`,
    )
  }
  return { name, type, notNull: match?.[2] !== undefined, hasDefault: false }
}

function parseColumnType(text: string): ColumnType | undefined {
  const upper = text.toUpperCase().replace(/\s+/g, ' ')
  if (plainNames.has(upper)) return { name: upper as PlainColumnType['name'] }
  const alias = Object.hasOwn(aliases, upper) ? aliases[upper] : undefined
  if (alias !== undefined) return { name: alias }
  const decimal = decimalPattern.exec(text)
  if (decimal !== null) return parseDecimalType(decimal[1], decimal[2])
  const enumeration = enumPattern.exec(text)
  return enumeration === null ? undefined : parseEnumType(enumeration[1] ?? '')
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

function parseEnumType(text: string): ColumnType | undefined {
  const members: string[] = []
  let end = 0
  for (const match of text.matchAll(enumMemberPattern)) {
    members.push((match[1] ?? '').replaceAll("''", "'"))
    end = match.index + match[0].length
    if (match[2] === '') break
  }
  const isWhole = end === text.length && members.length > 0 && !text.trimEnd().endsWith(',')
  return isWhole && new Set(members).size === members.length ? { name: 'ENUM', members } : undefined
}
