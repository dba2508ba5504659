import { ParseProblem } from './parse-problem.js'

const backslash = 0x5c
const escapePattern = /\\x([\da-fA-F]{2})/y

/** Reads a BLOB as DuckDB writes one as text: ASCII as it is, other bytes as `\xAB`. */
export function parseBlob(text: string): unknown {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return new ParseProblem('type', 'bytes as ASCII, with others as \\xAB', text)
    if (code !== backslash) {
      bytes[length++] = code
      continue
    }
    escapePattern.lastIndex = index
    const digits = escapePattern.exec(text)?.[1]
    if (digits === undefined) return new ParseProblem('type', 'a backslash as \\x5C', text)
    bytes[length++] = Number.parseInt(digits, 16)
    index += 3
  }
  return bytes.subarray(0, length)
}
