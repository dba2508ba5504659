/** A word of SQL: a keyword or an identifier, in lower case, or a sign. Strings and comments are none. */
export interface SqlWord {
  readonly text: string
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
    String.raw`[eE]'(?:[^'\\]|\\[^]|'')*'`,
    "'(?:[^']|'')*'",
    String.raw`(?<dollar>\$(?:${wordStart}\w*)?\$)`,
    '"(?<quoted>(?:[^"]|"")*)"',
    `(?<word>(?:(?!${spaces})${wordStart})(?:(?!${spaces})${wordPart})*)`,
    '(?<sign>[^])',
  ].join('|'),
  'y',
)

/**
 * The words of each statement of `sql`. What DuckDB cannot parse, it says itself: of such SQL the words do not matter.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/third_party/libpg_query/scan.l
 */
export function splitStatements(sql: string): SqlWord[][] {
  const statements: SqlWord[][] = []
  let words: { text: string; isCalled: boolean; depth: number }[] = []
  let depth = 0
  let index = 0
  while (index < sql.length) {
    tokens.lastIndex = index
    const match = tokens.exec(sql)
    if (match === null) break
    const { comment, dollar, quoted, word, sign } = match.groups ?? {}
    index = tokens.lastIndex
    if (comment !== undefined) index = endOfComment(sql, index)
    else if (dollar !== undefined) index = endOfDollarString(sql, index, dollar)
    else if (quoted !== undefined) words.push(toWord(quoted.replaceAll('""', '"'), depth))
    else if (word !== undefined) words.push(toWord(word, depth))
    else if (sign === ';') {
      if (words.length > 0) statements.push(words)
      words = []
      depth = 0
    } else if (sign !== undefined) {
      const last = words.at(-1)
      if (sign === '(' && last !== undefined) last.isCalled = true
      if (sign === ')') depth = Math.max(0, depth - 1)
      words.push(toWord(sign, depth))
      if (sign === '(') depth++
    }
  }
  if (words.length > 0) statements.push(words)
  return statements
}

function toWord(text: string, depth: number) {
  return { text: text.toLowerCase(), isCalled: false, depth }
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
