import type { ColumnTypeName, ColumnTypeOf, ParametricColumnType } from '../../protocol/column-type.js'

/** How a type with parameters is written. */
interface Syntax<Type> {
  /** Reads what stands behind the type's name; undefined if that is not of the type. */
  parse(text: string): Type | undefined
  /** What is wrong where it is not: completes "got 'DECIMAL(39)' (string): ". */
  readonly explanation: string
}

type ParametricName = ParametricColumnType['name']

export const parametricTypes: { readonly [Name in ParametricName]: Syntax<ColumnTypeOf<Name>> } = {
  DECIMAL: {
    parse: parseDecimalType,
    explanation: 'DECIMAL(width, scale) has a width of 1 to 38, and a scale of 0 to the width',
  },
  ENUM: { parse: parseEnumType, explanation: "ENUM('a', 'b') has members that differ, in single quotes" },
}

export function isParametric(name: ColumnTypeName): name is ParametricName {
  return Object.hasOwn(parametricTypes, name)
}

const decimalPattern = /^(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/

/** Without its parameters a DECIMAL is DuckDB's DECIMAL(18,3); with the first only, it has no fraction digits. */
function parseDecimalType(text: string): ColumnTypeOf<'DECIMAL'> | undefined {
  const parameters = decimalPattern.exec(text)
  if (parameters === null) return undefined
  const [, widthText, scaleText] = parameters
  const width = Number(widthText ?? 18)
  const scale = Number(scaleText ?? (widthText === undefined ? 3 : 0))
  if (width < 1 || width > 38 || scale > width) return undefined
  return { name: 'DECIMAL', width, scale }
}

/** Members in quotes, with commas between them; a quote in a member is doubled. */
function parseEnumType(text: string): ColumnTypeOf<'ENUM'> | undefined {
  const bracket = skipSpace(text, 0)
  if (text[bracket] !== '(' || !text.endsWith(')')) return undefined
  const members = parseMembers(text.slice(bracket + 1, -1))
  if (members === undefined || new Set(members).size < members.length) return undefined
  return { name: 'ENUM', members }
}

function parseMembers(text: string): string[] | undefined {
  const members: string[] = []
  let rest = skipSpace(text, 0)
  for (;;) {
    if (text[rest] !== "'") return undefined
    const end = findClosingQuote(text, rest + 1)
    if (end === -1) return undefined
    members.push(text.slice(rest + 1, end).replaceAll("''", "'"))
    rest = skipSpace(text, end + 1)
    if (rest === text.length) return members
    if (text[rest] !== ',') return undefined
    rest = skipSpace(text, rest + 1)
  }
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
