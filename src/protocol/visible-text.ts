/** What nobody sees, or what changes how the text around it is seen: all but letters, signs, marks and the space. */
const invisible = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\0', '\\0'],
])

/** The longest that a name is in a message, in characters. */
const longestName = 60

/**
 * Text as it appears in a message: on one line, with every invisible character escaped as in JavaScript (controls, line
 * breaks, byte-order marks, zero-width and non-breaking spaces, signs that turn the direction, lone surrogates), and not
 * much longer than `longest`.
 */
export function toVisible(text: string, longest: number): string {
  // So much of it that the end, which may be half of a character, is not shown.
  const start = text.slice(0, longest + 2)
  if (start.length <= longest && !invisible.test(start)) return start
  let shown = ''
  for (const character of start) {
    const next = invisible.test(character) ? toEscape(character) : character
    if (shown.length + next.length > longest) return `${shown}...`
    shown += next
  }
  return shown
}

/** A string as it appears in a message. A backslash is doubled, for others begin an escape. */
export function quoteText(text: string, longest: number): string {
  return `'${toVisible(text.slice(0, longest + 2).replaceAll('\\', '\\\\'), longest)}'`
}

/** The name of a table, a column or a property, as it appears in a message. */
export function quoteName(name: string): string {
  return `\`${toVisible(name.slice(0, longestName + 2).replaceAll('\\', '\\\\'), longestName)}\``
}

/** A path, as long as nearly all are. */
export function showPath(path: string): string {
  return toVisible(path, 1000)
}

function toEscape(character: string): string {
  const short = shortEscapes.get(character)
  if (short !== undefined) return short
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}
