import type { PersistenceService, PersistOptions, Receipt, Rejection, Table } from 'duckpaddle'
import { expect } from 'vitest'
import type { ChangeAction, PersistAction } from './actions.js'
import { type CallLog, codeOf, errorOf, type MadeCall, type Outcome, resultOf } from './call-log.js'
import { changeSql } from './change-sql.js'
import { checkPersist } from './check-persist.js'
import { decideOnRow } from './decide-on-row.js'
import { ModelledTable } from './modelled-table.js'
import { thrown, toRows, toSource, writeByStream } from './row-source.js'
import { callersTables, type TableName } from './tables.js'

/** What a transaction throws once its call has resolved. */
class RolledBack extends Error {
  readonly receipt: Receipt

  constructor(receipt: Receipt) {
    super('rolled back on purpose')
    this.receipt = receipt
  }
}

/** Calls on tables that a model has as well. */
export class TableCallers {
  readonly #db: PersistenceService
  readonly #log: CallLog
  readonly #tables = new Map<TableName, ModelledTable>()
  /** The signals that calls share; one that is aborted is followed by another. */
  readonly #controllers = [new AbortController(), new AbortController()]
  /** What `stats()` is to have counted. */
  readonly counts = { persisted: 0, rows: 0, rejected: 0 }

  constructor(db: PersistenceService, log: CallLog) {
    this.#db = db
    this.#log = log
  }

  /** Creates the tables; one that others refer to comes before them. */
  async create(names: readonly TableName[]): Promise<void> {
    await this.#db.run('CREATE SEQUENCE numbers START 1')
    for (const name of names) {
      const { sql, model } = callersTables[name]
      if (sql !== undefined) await this.#db.run(`CREATE TABLE ${name} (${sql})`)
      const definition = model((table, columns) => this.#at(table).model.valuesOf(columns))
      this.#tables.set(name, new ModelledTable(definition))
    }
    // When all FOREIGN KEYs are there.
    for (const [name, modelled] of this.#tables) {
      modelled.table = await this.#db.table(name, callersTables[name].options as never)
    }
  }

  persist(action: PersistAction): void {
    const { table: name, source, signal: given } = action
    const { table, model } = this.#at(name)
    const number = this.#log.length
    const rows = toRows(action, number)
    // A function would be asked about rows that are read before the source fails.
    const onRowError =
      typeof source === 'object' && action.onRowError !== 'abort' ? 'skip' : action.onRowError
    const asked: Rejection[] = []
    const signal = typeof given === 'number' ? this.#controllers[given]?.signal : AbortSignal.abort()
    const options: PersistOptions = {
      onConflict: action.onConflict,
      onRowError: typeof onRowError === 'string' ? onRowError : decider(onRowError, asked),
      maxRejections: action.maxRejections,
      // A stream that is given up says what it has committed by then.
      signal: given === undefined || source === 'stream' ? undefined : signal,
      // With it a call shares no commit.
      ...(number % 2 === 0
        ? { onProgress: ({ appended }) => expect(appended).toBeLessThanOrEqual(rows.length) }
        : {}),
    }
    const call = this.#begin(action, table, rows, options)
    this.#write(`persist() of ${JSON.stringify(action).slice(0, 2000)}`, name, call, (outcome) => {
      if (given === 'aborted' && options.signal !== undefined)
        expect(errorOf(outcome)).toMatchObject({ code: 'PERSIST_ABORTED' })
      // The signal may have been aborted in time, or too late.
      if (options.signal?.aborted === true && codeOf(outcome) === 'PERSIST_ABORTED') return
      const undone = 'error' in outcome && outcome.error instanceof RolledBack ? outcome.error : undefined
      const own = undone === undefined ? outcome : { value: undone.receipt }
      checkPersist(model, { action: { ...action, onRowError }, rows, asked, outcome: own })
      if (undone !== undefined) model.undo()
      if ('value' in outcome) this.#count(resultOf(outcome))
    })
  }

  #begin(
    { source, transaction }: PersistAction,
    table: Table,
    rows: readonly unknown[],
    options: PersistOptions,
  ): Promise<Receipt> {
    const isStream = source === 'stream' || source === 'atomic stream'
    // A stream without rows commits nothing.
    if (isStream && rows.length > 0 && transaction === 'none') {
      return writeByStream(table, rows, options, source === 'atomic stream')
    }
    const given = toSource(rows, isStream ? 'array' : source)
    const persistOptions = options as { readonly onConflict: 'update' }
    if (transaction === 'none') return table.persist(given, persistOptions)
    return this.#db.transaction(async (tx) => {
      const receipt = await tx.persist(table, given, persistOptions)
      if (transaction === 'rolled back') throw new RolledBack(receipt)
      return receipt
    })
  }

  abort(signal: 0 | 1): void {
    this.#controllers[signal]?.abort('enough')
    this.#controllers[signal] = new AbortController()
  }

  /** Changes a row by SQL. */
  change({ do: kind, table, id }: ChangeAction): void {
    const { model, hasKey } = this.#at(table)
    const number = this.#log.length
    const values = 'a' in callersTables[table].values ? { a: 7, call: number } : { call: number }
    const sql = changeSql(kind, { table, id, values, hasKey })
    this.#write(sql, table, this.#db.run(sql), (outcome) => {
      const rowsChanged =
        kind === 'insert'
          ? Number(model.insert({ id, ...values }))
          : model.change((row) => row.id === id, kind === 'update' ? values : kind)
      expect(resultOf(outcome)).toEqual({ rowsChanged })
    })
  }

  /** Reads a table: what is committed before is there, and no call in part. */
  query(name: TableName): void {
    const table = this.#at(name)
    const awaited = new Set(this.#log.on(name).filter(({ outcome }) => hasWritten(outcome)))
    const rows = this.#db.query(`SELECT * FROM ${name}`)
    this.#log.read(`query() of ${name}`, rows, (outcome, end) => {
      const found = resultOf<Record<string, unknown>[]>(outcome)
      if (!table.hasKey) return this.#checkCalls(name, found, awaited, end)
      const seen = [...awaited].at(-1)?.number ?? -1
      expect(table.states.possible(seen, end)).toContainEqual(table.contentOf(found))
    })
  }

  /** What reads each table, and checks the rows that were read. */
  readings() {
    return [...this.#tables].map(([name, table]) => ({
      sql: `SELECT * FROM ${name}`,
      check: (rows: readonly Record<string, unknown>[]) => table.check(rows),
    }))
  }

  /** Without a key, calls are in no order: each is there or not. */
  #checkCalls(
    name: TableName,
    found: readonly Record<string, unknown>[],
    awaited: ReadonlySet<MadeCall>,
    end: number,
  ): void {
    const counts = new Map<unknown, number>()
    for (const { call } of found) counts.set(call, (counts.get(call) ?? 0) + 1)
    for (const made of this.#log.on(name)) {
      const rows = rowsOf(made.outcome)
      const possible = awaited.has(made) ? [rows] : made.number < end ? [0, rows] : [0]
      expect(possible, `rows of call ${made.number}`).toContain(counts.get(made.number) ?? 0)
    }
  }

  #write(what: string, name: TableName, call: Promise<unknown>, check: (outcome: Outcome) => void): void {
    const number = this.#log.length
    this.#log.write(what, name, call, (outcome) => {
      check(outcome)
      this.#at(name).recordState(number)
    })
  }

  #count({ inserted, updated, rejected }: Receipt): void {
    this.counts.persisted++
    this.counts.rows += inserted + updated
    this.counts.rejected += rejected
  }

  #at(name: string): ModelledTable {
    return this.#tables.get(name as TableName) ?? expect.fail(`${name} is not there`)
  }
}

function decider(decision: Parameters<typeof decideOnRow>[0], asked: Rejection[]) {
  return (rejection: Rejection) => {
    asked.push(rejection)
    const decided = decideOnRow(decision, rejection)
    if (decided === 'throw') throw thrown
    return decided
  }
}

function hasWritten(outcome: Outcome | undefined): boolean {
  return rowsOf(outcome) > 0
}

/** How many rows a `persist()` or `run()` has changed. */
function rowsOf(outcome: Outcome | undefined): number {
  if (outcome === undefined || 'error' in outcome) return 0
  const { inserted, updated, rowsChanged } = resultOf<Partial<Record<string, number>>>(outcome)
  return rowsChanged ?? (inserted ?? 0) + (updated ?? 0)
}
