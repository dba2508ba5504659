import { omittedWords } from '../../protocol/batch-layout.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { StagingTable } from './staging-table.js'

/** Which columns some, and which all, rows of a staging table do not carry. */
export interface OmittedColumns {
  readonly inSome: readonly boolean[]
  readonly inAll: readonly boolean[]
  /** True where rows do not all carry the same columns. */
  readonly isMixed: boolean
}

/** Where every row carries all columns. */
export function noneOmitted(columns: number): OmittedColumns {
  const none = new Array<boolean>(columns).fill(false)
  return { inSome: none, inAll: none, isMixed: false }
}

export async function readOmitted(
  connection: TransactionConnection,
  staging: StagingTable,
  columns: number,
): Promise<OmittedColumns> {
  const sql = selectOmitted(staging.table, columns, (word) => staging.wordName(word))
  return toOmittedColumns(await connection.readNumbers(sql), columns)
}

/** Reads the omitted words of a staging table, named by `wordName`. */
function selectOmitted(from: string, columns: number, wordName: (word: number) => string): string {
  const words = Array.from({ length: omittedWords(columns) }, (_, word) => wordName(word))
  const aggregates = words.flatMap((word) => [
    `coalesce(bit_or(${word}), 0)`,
    `coalesce(bit_and(${word}), 0)`,
  ])
  return `SELECT ${aggregates.map((aggregate) => `${aggregate}::DOUBLE`).join(', ')} FROM ${from}`
}

/** @param words - What `selectOmitted` selects. */
function toOmittedColumns(words: readonly number[], columns: number): OmittedColumns {
  const bit = (column: number, part: number) => {
    const word = words[2 * Math.floor(column / 32) + part] ?? 0
    return ((word >>> (column % 32)) & 1) === 1
  }
  const inSome = Array.from({ length: columns }, (_, column) => bit(column, 0))
  const inAll = Array.from({ length: columns }, (_, column) => bit(column, 1))
  return { inSome, inAll, isMixed: inSome.some((isOmitted, column) => isOmitted !== inAll[column]) }
}
