/** A backslash, without one: DuckDB takes a backslash for the end of a folder's name where it takes a name for a pattern. */
const backslash = '[!]-\x7f\x01-[]'

/**
 * What `read_parquet` and the like find this file by, and no other: they take a name that has `*`, `?` or `[` for a
 * pattern, and know no escape but a class of one character.
 *
 * @param path - Absolute, so that it is not taken for a URL.
 */
export function toFilePattern(path: string, platform: NodeJS.Platform = process.platform): string {
  if (!/[*?[]/.test(path)) return path
  return path.replaceAll(/[*?[\\]/g, (character) => {
    if (character !== '\\') return `[${character}]`
    return platform === 'win32' ? character : backslash
  })
}
