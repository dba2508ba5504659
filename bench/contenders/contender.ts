import type { Receipt } from 'duckpaddle'
import type { ReadBack } from '../read-back/verify-rows.js'
import type { KeyValueRecord } from '../shapes/key-value.js'
import type { Row, Shape } from '../shapes/shape.js'

/** A way to write rows to a database file. */
export interface Contender {
  /**
   * Opens the file, and creates the table; not part of what is measured. What keeps records is given the shape of those,
   * and opens files that have some already.
   */
  open(path: string, shape: Shape): Promise<Writer>
  /** How many may call it at once; as many as there are, where it is undefined. */
  readonly maxCallers?: number
  /** What reads its files; none of a contender that writes nothing. */
  readonly readBack?: ReadBack
  readonly entries?: ReadEntries
}

/** How the library held the event loop. */
export type Encoding = Partial<Pick<Receipt, 'slices' | 'overlongSlices' | 'longestSliceMs' | 'encodeMs'>>

export interface Writer {
  /** Changes the store in memory, of a contender that has one: it is what `write` writes. */
  stage?(records: readonly KeyValueRecord[]): Promise<unknown>
  /**
   * Makes of rows what is to be written, where that is not the rows themselves; not part of what is measured. `write` is
   * given none then.
   */
  prepare?(rows: Iterable<Row>): Promise<unknown>
  /** Writes all rows, and resolves when they are committed; duckpaddle reports how it went. */
  write(rows: Iterable<Row>): Promise<Encoding | undefined>
  /** As `write`, but a row whose key the table has takes that row's place. No two of the rows have one key. */
  upsert?(rows: Iterable<Row>): Promise<unknown>
  checkpoint?(): Promise<unknown>
  close(): Promise<void>
}

/** A way to keep records of which each is committed before its caller goes on. */
export interface SetContender {
  open(path: string): Promise<{
    /** Resolves when the record is committed. */
    set(record: KeyValueRecord): Promise<unknown>
    close(): Promise<void>
  }>
  readonly entries: ReadEntries
}

/** What a file of records holds, once it is closed: keys, and values as JSON text. */
type ReadEntries = (path: string) => AsyncIterable<readonly [key: string, text: string]>
