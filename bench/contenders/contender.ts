import type { Receipt } from 'duckpaddle'
import type { ReadBack } from '../read-back/read-back.js'
import type { EventRow } from '../shapes/event.js'
import type { Shape } from '../shapes/shape.js'

/** A way to write rows to a new database file. */
export interface Contender {
  /** Opens the file and creates the table; not part of what is measured. */
  open<Row extends object>(path: string, shape: Shape<Row>): Promise<Writer<Row>>
  /** What reads its files; none of a contender that writes nothing. */
  readonly readBack?: ReadBack
}

/** A way to write events by their key, `id`, as well. */
export interface KeyedContender {
  open(path: string): Promise<KeyedWriter>
}

export interface Writer<Row extends object> {
  /** Writes all rows, and resolves when they are committed; duckpaddle tells how it went. */
  write(rows: Iterable<Row>): Promise<Receipt | undefined>
  close(): Promise<void>
}

export interface KeyedWriter extends Writer<EventRow> {
  /** As `write`, but a row whose key the table has takes that row's place. No two of the rows have one key. */
  upsert(rows: Iterable<EventRow>): Promise<Receipt | undefined>
  checkpoint(): Promise<void>
}
