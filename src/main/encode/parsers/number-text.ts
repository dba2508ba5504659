/** The characters that DuckDB's casts to numbers and dates skip around a value. */
const blanks = ' \t\n\v\f\r'

/** The text without the blanks around it. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && blanks.includes(text.charAt(start))) start++
  while (end > start && blanks.includes(text.charAt(end - 1))) end--
  return end - start === text.length ? text : text.slice(start, end)
}

/** The text of a number without the blanks around it, and without single underscores between digits, as in `1_000`. */
export function numberText(text: string): string {
  const trimmed = trimBlanks(text)
  return trimmed.includes('_') ? trimmed.replace(/(?<=\d)_(?=\d)/g, '') : trimmed
}
