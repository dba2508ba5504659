/** Comments and quoted names; E'...' with its escapes, '...' with doubled quotes, $tag$...$tag$; words; the rest. */
const tokens =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|[eE]'((?:[^'\\]|''|\\[\s\S])*)'|'((?:[^']|'')*)'|\$([A-Za-z_]\w*)?\$([\s\S]*?)\$\3\$|([A-Za-z_]\w*)|([();])/g

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * The values of the string constants in SQL.
 *
 * @see https://duckdb.org/docs/stable/sql/data_types/literal_types
 */
export function stringConstants(sql: string): string[] {
  return [...sql.matchAll(tokens)].flatMap((token) => constantOf(token) ?? [])
}

/**
 * The values of the string constants that say where a COPY writes to: those after a TO that is in no parentheses, and
 * what they are together, for one may be made of several.
 */
export function copyTargets(sql: string): string[] {
  const targets: string[] = []
  let [depth, isAfterTo, joined] = [0, false, '']
  for (const token of sql.matchAll(tokens)) {
    const [, , , , , word, mark] = token
    const value = constantOf(token)
    if (mark === '(') depth++
    else if (mark === ')') depth--
    else if (mark === ';') [depth, isAfterTo, joined] = [0, false, '']
    else if (word?.toUpperCase() === 'TO' && depth === 0) isAfterTo = true
    else if (value !== undefined && isAfterTo) {
      joined += value
      targets.push(value, joined)
    }
  }
  return targets
}

function constantOf([, escaped, plain, , dollar]: RegExpExecArray): string | undefined {
  if (escaped !== undefined) return unescapeText(escaped)
  return plain?.replaceAll("''", "'") ?? dollar
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
