/** A value may be nested so deep: what reads it back walks through it level by level, and runs out of stack. */
export const maxJsonDepth = 1000

export const tooDeep: string = `the value is nested more than ${maxJsonDepth} levels deep`

/** So many opening brackets are nested too deep, if none of them is closed in between. */
const tooMany = maxJsonDepth + 1

const [quote, backslash, lowestBracket] = [0x22, 0x5c, 0x5b]
/** The opening brackets are two below the closing ones, and apart from each other by this bit. */
const [brace, closingBrace, braceBit] = [0x7b, 0x7d, 0x20]

/**
 * Whether JSON text is nested more than 1,000 levels deep.
 *
 * Text of fewer than 2,002 units cannot be, nor can text with fewer opening brackets than that. They are counted by a
 * search, which takes a twentieth of the time that the text took to make; only what has more is looked through, byte by
 * byte, which takes half of it.
 */
export function isTooDeep(text: string): boolean {
  if (text.length < 2 * tooMany || !hasManyBrackets(text)) return false
  return isNestedTooDeep(Buffer.from(text))
}

/** Whether there are as many opening brackets as it takes, with room behind them for as many that close. */
function hasManyBrackets(text: string): boolean {
  const end = text.length - tooMany
  let count = 0
  let nextBrace = find(text, '{', 0)
  let nextBracket = find(text, '[', 0)
  for (;;) {
    const position = Math.min(nextBrace, nextBracket)
    // Not even if all that is left were opening brackets.
    if (position + tooMany - count > end) return false
    if (++count === tooMany) return true
    if (position === nextBrace) nextBrace = find(text, '{', position + 1)
    else nextBracket = find(text, '[', position + 1)
  }
}

function find(text: string, character: string, start: number): number {
  const found = text.indexOf(character, start)
  return found === -1 ? Number.POSITIVE_INFINITY : found
}

function isNestedTooDeep(bytes: Uint8Array): boolean {
  const { length } = bytes
  let depth = 0
  for (let index = 0; index < length; index++) {
    const byte = bytes[index] as number
    if (byte === quote) index = findEndOfString(bytes, index + 1, length)
    // Digits, commas and colons.
    else if (byte < lowestBracket) continue
    else if ((byte | braceBit) === brace) {
      if (++depth === tooMany) return true
    } else if ((byte | braceBit) === closingBrace) depth--
  }
  return false
}

function findEndOfString(bytes: Uint8Array, start: number, length: number): number {
  let index = start
  while (index < length) {
    const byte = bytes[index] as number
    if (byte === quote) return index
    // What is escaped does not end it.
    index += byte === backslash ? 2 : 1
  }
  return index
}
