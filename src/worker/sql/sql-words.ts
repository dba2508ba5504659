/** A word of SQL: a keyword or an identifier, in lower case, or a sign, or a string. Comments are none. */
export interface SqlWord {
  readonly text: string
  readonly isString: boolean
  /** Whether it is the name in a call: the next sign is an opening parenthesis. */
  readonly isCalled: boolean
  /** How many parentheses are open around it. */
  readonly depth: number
}

/** DuckDB takes these for spaces, too. */
const spaces = String.raw`[\s\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]`
const wordStart = String.raw`[A-Za-z_\u0080-\uffff]`
const wordPart = String.raw`[\w$\u0080-\uffff]`

/** In the order in which they are tried; the names of the groups are those of what is kept. */
const tokens = new RegExp(
  [
    `${spaces}+`,
    String.raw`--[^\n\r]*`,
    String.raw`(?<comment>/\*)`,
    String.raw`[eE]'(?<escaped>(?:[^'\\]|\\[^]|'')*)'`,
    "'(?<plain>(?:[^']|'')*)'",
    String.raw`(?<dollar>\$(?:${wordStart}\w*)?\$)`,
    '"(?<quoted>(?:[^"]|"")*)"',
    `(?<word>(?:(?!${spaces})${wordStart})(?:(?!${spaces})${wordPart})*)`,
    String.raw`(?<sign>\$\d+|[^])`,
  ].join('|'),
  'y',
)

/**
 * The words of each statement of `sql`, without its strings. What DuckDB cannot parse, it says itself: of such SQL the
 * words do not matter.
 */
export function splitStatements(sql: string): SqlWord[][] {
  return splitWithStrings(sql)
    .map((words) => words.filter(({ isString }) => !isString))
    .filter((words) => words.length > 0)
}

/**
 * The words and the strings of each statement.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/third_party/libpg_query/scan.l
 */
export function splitWithStrings(sql: string): SqlWord[][] {
  const statements: SqlWord[][] = []
  let words: Word[] = []
  let depth = 0
  for (const { text, kind } of readTokens(sql)) {
    if (kind === 'sign' && text === ';') {
      statements.push(words)
      words = []
      depth = 0
      continue
    }
    const isString = kind === 'string'
    const last = words.at(-1)
    if (kind === 'sign' && text === '(' && last !== undefined) last.isCalled = true
    if (kind === 'sign' && text === ')') depth = Math.max(0, depth - 1)
    words.push({ text: isString ? text : text.toLowerCase(), isString, isCalled: false, depth })
    if (kind === 'sign' && text === '(') depth++
  }
  return [...statements, words].filter((statement) => statement.length > 0)
}

type Word = { -readonly [Name in keyof SqlWord]: SqlWord[Name] }

interface Token {
  readonly kind: 'string' | 'word' | 'sign'
  readonly text: string
}

/** A numbered parameter is one sign, and a `$` before a name another. */
export function* readTokens(sql: string): Generator<Token> {
  let index = 0
  while (index < sql.length) {
    tokens.lastIndex = index
    const match = tokens.exec(sql)
    if (match === null) return
    const { comment, escaped, plain, dollar, quoted, word, sign } = match.groups ?? {}
    index = tokens.lastIndex
    if (comment !== undefined) index = endOfComment(sql, index)
    else if (escaped !== undefined) yield { kind: 'string', text: unescapeText(escaped) }
    else if (plain !== undefined) yield { kind: 'string', text: plain.replaceAll("''", "'") }
    else if (dollar !== undefined) {
      const end = endOfDollarString(sql, index, dollar)
      yield { kind: 'string', text: sql.slice(index, Math.max(index, end - dollar.length)) }
      index = end
    } else if (quoted !== undefined) yield { kind: 'word', text: quoted.replaceAll('""', '"') }
    else if (word !== undefined) yield { kind: 'word', text: word }
    else if (sign !== undefined) yield { kind: 'sign', text: sign }
  }
}

/** Comments may be nested. */
function endOfComment(sql: string, start: number): number {
  let open = 1
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  while (open > 0) {
    const match = edge.exec(sql)
    if (match === null) return sql.length
    open += match[0] === '/*' ? 1 : -1
  }
  return edge.lastIndex
}

function endOfDollarString(sql: string, start: number, delimiter: string): number {
  const end = sql.indexOf(delimiter, start)
  return end === -1 ? sql.length : end + delimiter.length
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The text of an E'...' string: https://duckdb.org/docs/stable/sql/data_types/literal_types#escape-string-literals */
function unescapeText(text: string): string {
  const pattern = /''|\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g
  return text.replaceAll(pattern, (whole, hex, short, long, octal, other) => {
    if (whole === "''") return "'"
    const digits = hex ?? short ?? long
    if (digits !== undefined) return fromCodePoint(Number.parseInt(digits, 16))
    if (octal !== undefined) return fromCodePoint(Number.parseInt(octal, 8))
    return escapes[other] ?? other
  })
}

function fromCodePoint(code: number): string {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : ''
}
