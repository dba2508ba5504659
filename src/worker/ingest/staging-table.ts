import { omittedWords } from '../../protocol/batch-layout.js'
import { foldName, qualify, quoteIdentifier, type TableRef } from '../../protocol/sql.js'
import type { TableMetadata } from '../catalog/table-metadata.js'
import type { Relation } from './relation.js'

/** A temporary table of the rows of a transaction, with their ordinals and the columns that they do not carry. */
export class StagingTable {
  readonly ref: TableRef
  /** As it is written in SQL. */
  readonly table: string
  readonly ordinal: string
  readonly omittedWords: number
  readonly #metadata: TableMetadata
  readonly #wordPrefix: string

  constructor(ref: TableRef, metadata: TableMetadata) {
    this.ref = ref
    this.table = qualify(ref)
    this.#metadata = metadata
    const taken = [...metadata.columns, ...metadata.generated].map((column) => foldName(column.name))
    this.ordinal = quoteIdentifier(unlike('duckpaddle_ordinal', taken))
    this.#wordPrefix = unlike('duckpaddle_omitted', taken)
    this.omittedWords = omittedWords(metadata.columns.length)
  }

  /** Empty, with the types of `table`, whose constraints and defaults it has none of. */
  createSql(table: string): string {
    const columns = this.#metadata.columns.map(({ name }) => quoteIdentifier(name))
    const words = Array.from(
      { length: this.omittedWords },
      (_, word) => `0::UINTEGER AS ${this.wordName(word)}`,
    )
    const selected = [...columns, `0::BIGINT AS ${this.ordinal}`, ...words].join(', ')
    return `CREATE TEMP TABLE ${this.table} AS SELECT ${selected} FROM ${table} LIMIT 0`
  }

  wordName(word: number): string {
    return quoteIdentifier(`${this.#wordPrefix}_${word}`)
  }

  /** A condition: the row does not carry the column. */
  isOmitted(column: number, alias = ''): string {
    const word = `${alias}${this.wordName(Math.floor(column / 32))}`
    return `(${word} & ${2 ** (column % 32)}::UINTEGER) <> 0`
  }

  /** Its rows with the generated columns of their table, for expressions to be computed over. */
  get rows(): Relation {
    // One within the other: an expression may be made of the columns before it.
    let from = this.table
    for (const { name, expression } of this.#metadata.generated) {
      from = `(SELECT *, TRY(${expression}) AS ${quoteIdentifier(name)} FROM ${from})`
    }
    return { from, where: 'true', ordinal: this.ordinal }
  }
}

/** A name that starts like `name` and is none of `taken` (in lower case), nor the beginning of one. */
function unlike(name: string, taken: readonly string[]): string {
  let unlikeName = name
  while (taken.some((other) => other.startsWith(unlikeName))) unlikeName += '_'
  return unlikeName
}
