import { qualify, type TableRef, temporaryTable } from '../../protocol/sql.js'

/**
 * The temporary tables of one writer of a transaction. Each connection has its own, which no user's statement sees; the
 * numbers in their names keep those of two writers, and of two transactions on one connection, apart.
 */
export class TemporaryTables {
  readonly #prefix: string
  readonly #names = new Set<string>()

  constructor(transaction: number, writer: number) {
    this.#prefix = `duckpaddle_${transaction}_${writer}`
  }

  /** @param what - What the table is for; the same gives the same table. */
  ref(what: string): TableRef {
    const name = `${this.#prefix}_${what}`
    this.#names.add(name)
    return temporaryTable(name)
  }

  /** Those that may be there, as SQL. */
  get all(): readonly string[] {
    return [...this.#names].map((name) => qualify(temporaryTable(name)))
  }

  /** The same as SQL. */
  sql(what: string): string {
    return qualify(this.ref(what))
  }
}
