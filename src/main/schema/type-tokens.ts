/** A part of a type's text. */
export interface TypeToken {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign'
  /** Of a word, its letters as they are; of a quoted name or text, what is between the quotes; of a number, its digits. */
  readonly value: string
}

/** One part at a time, so that a hostile text takes time in proportion to its length. */
const pattern = /\s*(?:([\p{L}_][\p{L}\p{N}_$]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\d+)|([()[\],]))/uy

/** Takes a type's text apart; undefined where there is something in it that no type has. */
export function readTypeTokens(text: string): readonly TypeToken[] | undefined {
  const tokens: TypeToken[] = []
  const trimmed = text.trimEnd()
  let position = 0
  while (position < trimmed.length) {
    pattern.lastIndex = position
    const match = pattern.exec(trimmed)
    if (match === null) return undefined
    tokens.push(toToken(match))
    position = pattern.lastIndex
  }
  return tokens
}

function toToken([, word, name, text, digits, sign = '']: RegExpExecArray): TypeToken {
  if (word !== undefined) return { kind: 'word', value: word }
  if (name !== undefined) return { kind: 'name', value: name.replaceAll('""', '"') }
  if (text !== undefined) return { kind: 'text', value: text.replaceAll("''", "'") }
  return digits === undefined ? { kind: 'sign', value: sign } : { kind: 'number', value: digits }
}
