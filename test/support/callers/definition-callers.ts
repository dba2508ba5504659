import type { PersistenceService, Receipt, Table } from 'duckpaddle'
import { expect } from 'vitest'
import type { DefineAction } from './actions.js'
import { type CallLog, codeOf, errorOf, resultOf } from './call-log.js'
import { States } from './states.js'

/** Calls on a table that is created, altered and dropped meanwhile. */
export class DefinitionCallers {
  readonly #db: PersistenceService
  readonly #log: CallLog
  /** Its columns; undefined while it is not there. */
  readonly #columns = new States<readonly string[] | undefined>(undefined)
  /** The calls whose rows it has. */
  #rows: readonly number[] = []
  /** As it was when it was opened last. */
  #table: Table | undefined
  /** Calls of `persist()` that were committed. */
  persisted = 0

  constructor(db: PersistenceService, log: CallLog) {
    this.#db = db
    this.#log = log
  }

  /** Creates the table, and opens it. */
  async create(): Promise<void> {
    this.define('create')
    this.open()
    await this.#log.settle()
  }

  define(kind: DefineAction['do']): void {
    const number = this.#log.length
    const sql = {
      create: 'CREATE TABLE IF NOT EXISTS defined (id INTEGER, call INTEGER)',
      drop: 'DROP TABLE IF EXISTS defined',
      alter: `ALTER TABLE defined ADD COLUMN c${number} INTEGER`,
    }[kind]
    this.#log.write(sql, 'defined', this.#db.run(sql), (outcome) => {
      const before = this.#columns.last
      if (kind === 'alter' && before === undefined) {
        expect(errorOf(outcome)).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
        return
      }
      resultOf(outcome)
      if (kind === 'drop') this.#rows = []
      const after = kind === 'alter' ? [...(before ?? []), `c${number}`] : (before ?? ['id', 'call'])
      this.#columns.push(number, kind === 'drop' ? undefined : after)
    })
  }

  open(): void {
    const settled = this.#log.on('defined').filter(({ outcome }) => outcome !== undefined)
    const seen = settled.at(-1)?.number ?? -1
    const opened = this.#db.table('defined').then((table) => {
      this.#table = table
      return columnsOf(table)
    })
    this.#log.read('table()', opened, (outcome, end) => {
      const found = codeOf(outcome) === 'PERSIST_TABLE_NOT_FOUND' ? undefined : resultOf(outcome)
      expect(this.#columns.possible(seen, end)).toContainEqual(found)
    })
  }

  persist(): void {
    const table = this.#table
    if (table === undefined) return
    const number = this.#log.length
    const call = table.persist([{ id: 1, call: number }])
    this.#log.write('persist() to a table that is defined anew', undefined, call, (outcome) => {
      const columns = this.#columns.last
      if (columns === undefined) expect(codeOf(outcome)).toBe('PERSIST_TABLE_NOT_FOUND')
      else if (columns.join() !== columnsOf(table).join()) {
        expect(codeOf(outcome)).toBe('PERSIST_SCHEMA_MISMATCH')
      } else {
        expect(resultOf<Receipt>(outcome)).toMatchObject({ rows: 1, inserted: 1, rejected: 0 })
        this.#rows = [...this.#rows, number]
        this.persisted++
      }
    })
  }

  /** What reads the table, if it is there, and checks the rows that were read. */
  readings() {
    if (this.#columns.last === undefined) return []
    const check = (rows: readonly Record<string, unknown>[]) => {
      const calls = rows.map(({ call }) => Number(call))
      expect(calls.sort((a, b) => a - b)).toEqual(this.#rows)
    }
    return [{ sql: 'SELECT call FROM defined', check }]
  }
}

function columnsOf(table: Table): string[] {
  return table.columns.map(({ name }) => name)
}
