/**
 * Nothing measures text where there is no browser, and readers' fonts differ: these are the widths of DejaVu Sans, one
 * of the widest, in parts of the font's size.
 */
const characterWidth = 0.62
const boldCharacterWidth = 0.7
const fullWidth = 1.05

/** The width that a text may take, in pixels. */
export function textWidth(text: string, fontSize: number, isBold = false): number {
  const narrow = isBold ? boldCharacterWidth : characterWidth
  let width = 0
  for (const character of text) width += character < '\u2e80' ? narrow : fullWidth
  return width * fontSize
}

/** Breaks a text between words into lines of at most so many pixels; a longer word has a line of its own. */
export function wrapText(text: string, maxWidth: number, fontSize: number, isBold = false): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || textWidth(longer, fontSize, isBold) <= maxWidth) {
      line = longer
    } else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

/** The text, or its start and an ellipsis where it would be wider than `maxWidth` pixels. */
export function shortenText(text: string, maxWidth: number, fontSize: number, isBold = false): string {
  if (textWidth(text, fontSize, isBold) <= maxWidth) return text
  let shortened = ''
  for (const character of text) {
    if (textWidth(`${shortened}${character}…`, fontSize, isBold) > maxWidth) break
    shortened += character
  }
  return `${shortened}…`
}
