/** E'...' with its escapes, '...' with doubled quotes, $tag$...$tag$; quoted names and comments are passed over. */
const tokens =
  /"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'((?:[^'\\]|''|\\[\s\S])*)'|'((?:[^']|'')*)'|\$([A-Za-z_]\w*)?\$([\s\S]*?)\$\3\$/g

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * The values of the string constants in SQL.
 *
 * @see https://duckdb.org/docs/stable/sql/data_types/literal_types
 */
export function stringConstants(sql: string): string[] {
  const values: string[] = []
  for (const [, escaped, plain, , dollar] of sql.matchAll(tokens)) {
    if (escaped !== undefined) values.push(unescapeText(escaped))
    else if (plain !== undefined) values.push(plain.replaceAll("''", "'"))
    else if (dollar !== undefined) values.push(dollar)
  }
  return values
}

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
