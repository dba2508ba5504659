import { omittedWords } from '../../protocol/batch-layout.js'

/** Which columns some, and which all, rows of a staging table do not carry. */
export interface OmittedColumns {
  readonly inSome: readonly boolean[]
  readonly inAll: readonly boolean[]
  /** True where rows do not all carry the same columns. */
  readonly isMixed: boolean
}

/** Reads the omitted words of a staging table, named by `wordName`. */
export function selectOmitted(from: string, columns: number, wordName: (word: number) => string): string {
  const words = Array.from({ length: omittedWords(columns) }, (_, word) => wordName(word))
  const aggregates = words.flatMap((word) => [
    `coalesce(bit_or(${word}), 0)`,
    `coalesce(bit_and(${word}), 0)`,
  ])
  return `SELECT ${aggregates.map((aggregate) => `${aggregate}::DOUBLE`).join(', ')} FROM ${from}`
}

/** @param words - What `selectOmitted` selects. */
export function toOmittedColumns(words: readonly number[], columns: number): OmittedColumns {
  const bit = (column: number, part: number) => {
    const word = words[2 * Math.floor(column / 32) + part] ?? 0
    return ((word >>> (column % 32)) & 1) === 1
  }
  const inSome = Array.from({ length: columns }, (_, column) => bit(column, 0))
  const inAll = Array.from({ length: columns }, (_, column) => bit(column, 1))
  return { inSome, inAll, isMixed: inSome.some((isOmitted, column) => isOmitted !== inAll[column]) }
}
