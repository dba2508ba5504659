import type { Settings } from '../protocol/instance-news.js'
import type { QueryRow } from '../protocol/query-value.js'
import type { TableRef } from '../protocol/sql.js'
import type { RunReport } from './contract/run-report.js'
import type { Dependents } from './scheduling/dependents.js'
import type { Table } from './table.js'

/** What the rest of the library may do with a service, and its users may not. */
export interface ServiceInternals {
  /** The real path of the file, or `:memory:`. */
  readonly path: string
  /** Whether its tables are in a catalog of another engine. */
  readonly isRemote: boolean
  /** A table, or a view, of the schema `main`. */
  tableRef(name: string): TableRef
  /** DuckDB's settings that the database was opened with. */
  readonly config: Settings
  /** How long, in milliseconds, a loop may hold the event loop. */
  readonly sliceBudgetMs: number
  /** What `close()` asks to save first. */
  readonly dependents: Dependents
  /** Like the methods of the service, also for what its dependents save while it is closing. */
  query<Row extends object>(sql: string): Promise<Row[]>
  run(sql: string): Promise<RunReport>
  /** The `persist()` of such a table is let in as long, too. */
  table(name: string): Promise<Table<never>>
  /** Reads the rows of a statement in bounded memory and in slices, of which the time of their taker is part. */
  readRows(sql: string, take: (row: QueryRow) => void): Promise<void>
  /**
   * Has rows written to a table of this service when the process exits: in a transaction of their own, after everything
   * that is not committed by then has been rolled back. `undefined` takes it back.
   */
  writeAtExit(table: Table<never>, takeRows: (() => readonly unknown[]) | undefined): void
  /** @throws TypeError if something that waits for every write would wait for itself, where it is called. */
  refuseSelfWait(what: string): void
}

const known = new WeakMap<object, ServiceInternals>()

/** Marks the services of every copy of this module: the internals of one are of no use to another. */
const brand = Symbol.for('duckpaddle.PersistenceService')

export function shareInternals(service: object, internals: ServiceInternals): void {
  known.set(service, internals)
  Object.defineProperty(service, brand, { value: true })
}

export function internalsOf(service: object): ServiceInternals {
  const internals = known.get(service)
  if (internals === undefined) throw new TypeError('Expected a PersistenceService made by open()')
  return internals
}

/** Whether it was made by `open()` of this copy of the module. */
export function isService(value: unknown): value is object {
  return typeof value === 'object' && value !== null && known.has(value)
}

/** Whether it was made by `open()` of another copy of the module. */
export function isForeignService(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isService(value) && Object.hasOwn(value, brand)
}
