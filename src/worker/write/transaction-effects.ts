import { foldRef, type TableRef } from '../../protocol/sql.js'
import { type ChangedTables, unite } from '../catalog/changed-tables.js'
import type { Database } from '../database.js'
import { lastingEffects } from '../read/lasting-effects.js'
import { readKindWithoutEffects } from '../read/statement-effects.js'

/** What was done in a transaction before, as far as it concerns a table: nothing, or rows or columns may have changed. */
export type Before = 'nothing' | 'rows' | 'columns'

/** What a transaction has changed. Others are told when it is committed. */
export class TransactionEffects {
  readonly #written = new Set<string>()
  #changesRows = false
  #changed: ChangedTables = new Set()
  #alters = false

  before(table: TableRef): Before {
    if (this.#changesTables) return 'columns'
    return this.#changesRows || this.#written.has(foldRef(table)) ? 'rows' : 'nothing'
  }

  /** Rows are about to be written to a table. */
  addTable(table: TableRef): void {
    this.#written.add(foldRef(table))
  }

  /** Statements of a caller are about to be executed. */
  addStatements(sql: string): void {
    const read = readKindWithoutEffects(sql)
    if (read === undefined || read.mayInsert) this.#changesRows = true
    if (lastingEffects(sql).alters) this.#alters = true
  }

  /** A statement may have changed the columns or constraints of tables. */
  addChanged(changed: ChangedTables): void {
    this.#changed = unite(this.#changed, changed)
  }

  /** Says what is committed now. */
  commit(database: Database): void {
    if (this.#changesTables) database.tablesChanged(this.#changed)
    if (this.#alters) database.recordAltered()
  }

  get #changesTables(): boolean {
    return this.#changed === 'any' || this.#changed.size > 0
  }
}
