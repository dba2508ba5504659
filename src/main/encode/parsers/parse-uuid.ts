const plainPattern = /^(?:[\da-f]{32}|\{[\da-f]{32}\})$/i
const bracedPattern = /^\{[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}$/i

/** Reads a UUID also in braces, or without its hyphens. */
export function parseUuid(text: string): unknown {
  if (bracedPattern.test(text)) return text.slice(1, -1)
  if (!plainPattern.test(text)) return text
  const digits = text.startsWith('{') ? text.slice(1, -1) : text
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
