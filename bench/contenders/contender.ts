import type { Receipt } from 'duckpaddle'
import type { EventRow } from '../rows.js'

/** A way to write rows to a new database file. */
export interface Contender {
  /** Opens the file and creates the table; not part of what is measured. */
  open(path: string): Promise<Writer>
}

interface Writer {
  /** Writes all rows in one transaction, and resolves when it is committed; duckpaddle tells how it went. */
  write(rows: readonly EventRow[]): Promise<Receipt | undefined>
  close(): Promise<void>
}
