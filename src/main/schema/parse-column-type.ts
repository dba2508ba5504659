import {
  type ColumnDescriptor,
  type ColumnType,
  columnTypeNames,
  type PlainColumnType,
} from '../../protocol/column-type.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { explainType } from './explain-type.js'
import { aliasOf, typeOfLength, unwritableTypes } from './type-names.js'

const plainNames = new Set<string>(columnTypeNames.filter((name) => name !== 'DECIMAL' && name !== 'ENUM'))

const listPattern = /\[ ?\d* ?\]$| ARRAY$/
const lengthPattern = /^([A-Z][A-Z0-9_]*(?: [A-Z]+)*) ?\( ?(\d{1,9}) ?\)( WITHOUT TIME ZONE)?$/
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
  const expected = `Expected column ${quoteName(name)} to be`
  if (typeof definition !== 'string') {
    throw new TypeError(`${expected} a type such as 'BIGINT', got ${describeValue(definition)}`)
  }
  const whole = definition.trim()
  const nullable = withoutLastWord(whole, 'NULL')
  const required = nullable === undefined ? undefined : withoutLastWord(nullable, 'NOT')
  const text = required ?? nullable ?? whole
  // In one case, and with single spaces.
  const upper = text.toUpperCase().replace(/\s+/g, ' ')
  if (isUnwritable(upper)) {
    const message = `Column ${quoteName(name)} is of type ${toVisible(text, 60)}, which cannot be written yet`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  const type = parseColumnType(text, upper)
  if (type === undefined) {
    throw new TypeError(
      `${expected} of a type of DuckDB's, got ${describeValue(definition)}: ${explainType(upper)}`,
    )
  }
  return { name, type, notNull: required !== undefined, hasDefault: false }
}

/** Whether DuckDB has such a type, or may have it, and nothing here can write it. */
function isUnwritable(upper: string): boolean {
  const [name = ''] = upper.split(/ ?[([]/, 1)
  return unwritableTypes.has(name) || listPattern.test(upper)
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

function parseColumnType(text: string, upper: string): ColumnType | undefined {
  if (plainNames.has(upper)) return { name: upper as PlainColumnType['name'] }
  const alias = aliasOf(upper) ?? parseLength(upper)
  if (alias !== undefined) return { name: alias }
  const decimal = decimalPattern.exec(text)
  if (decimal !== null) return parseDecimalType(decimal[1], decimal[2])
  const enumeration = enumPattern.exec(text)
  if (enumeration === null || !text.endsWith(')')) return undefined
  return parseEnumType(text.slice(enumeration[0].length, -1))
}

/** `VARCHAR(10)`, `TIMESTAMP(3)`. */
function parseLength(upper: string): PlainColumnType['name'] | undefined {
  const [, name = '', length, zone] = lengthPattern.exec(upper) ?? []
  if (zone !== undefined && name !== 'TIMESTAMP') return undefined
  return length === undefined ? undefined : typeOfLength(name, Number(length))
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
