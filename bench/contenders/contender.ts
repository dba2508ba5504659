import type { Receipt } from 'duckpaddle'
import type { EventRow } from '../rows.js'

/** A way to write rows to a new database file. */
export interface Contender {
  /** Opens the file and creates the table; not part of what is measured. */
  open(path: string): Promise<Writer>
}

/** A way to write rows by their key, `id`, as well. */
export interface KeyedContender {
  open(path: string): Promise<KeyedWriter>
}

interface Writer {
  /** Writes all rows in one transaction, and resolves when it is committed; duckpaddle tells how it went. */
  write(rows: readonly EventRow[]): Promise<Receipt | undefined>
  close(): Promise<void>
}

export interface KeyedWriter extends Writer {
  /** As `write`, but a row whose key the table has takes that row's place. No two of the rows have one key. */
  upsert(rows: readonly EventRow[]): Promise<Receipt | undefined>
  checkpoint(): Promise<void>
}
