import type { Row } from '../shapes/shape.js'

/** A way to read rows from a database file. */
export interface ReadContender {
  /** Opens the file; not part of what is measured. */
  open(path: string): Promise<Reader>
  /** Whether it reads no rows of the file, or only a few. */
  readonly readsNothing?: boolean
}

export interface Reader {
  /**
   * Reads everything.
   *
   * @param kept - The rows that are looked at afterwards: of what does not hold all rows, only they are kept.
   */
  read(sql: string, kept: ReadonlySet<number>): Promise<ReadRows>
  close(): Promise<void>
}

/** What was read, in the order of the table. */
export interface ReadRows {
  readonly count: number
  /** A row that is kept. */
  at(index: number): Row | undefined
}
