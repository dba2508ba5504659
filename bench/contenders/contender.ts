import type { Receipt, StorageReceipt } from 'duckpaddle'
import type { ReadBack } from '../read-back/verify-rows.js'
import type { KeyValueRecord } from '../shapes/key-value.js'
import type { Row, Shape } from '../shapes/shape.js'

/** A way to write rows to a new database file. */
export interface Contender {
  /** Opens the file and creates the table; not part of what is measured. */
  open(path: string, shape: Shape): Promise<Writer>
  /** What reads its files; none of a contender that writes nothing. */
  readonly readBack?: ReadBack
}

export interface Writer {
  /** Writes all rows, and resolves when they are committed; duckpaddle reports how it went. */
  write(rows: Iterable<Row>): Promise<Receipt | undefined>
  close(): Promise<void>
}

/** A way to write events by their key, `id`, as well. */
export interface KeyedContender {
  open(path: string): Promise<KeyedWriter>
}

export interface KeyedWriter extends Writer {
  /** As `write`, but a row whose key the table has takes that row's place. No two of the rows have one key. */
  upsert(rows: Iterable<Row>): Promise<unknown>
  checkpoint(): Promise<unknown>
}

/** A way to keep records in a file, many in a transaction. */
export interface RecordContender extends ReadableContender {
  /** Opens the file, which may have records already, and makes what is missing; not part of what is measured. */
  open(path: string): Promise<RecordWriter>
}

export interface RecordWriter {
  /** Changes the store in memory, of a contender that has one: it is what `save` writes. */
  stage?(records: readonly KeyValueRecord[]): Promise<unknown>
  /** Writes the records, and resolves when they are committed; the adapter reports how it went. */
  save(records: readonly KeyValueRecord[]): Promise<StorageReceipt | undefined>
  close(): Promise<void>
}

/** A way to keep records of which each is committed before its caller goes on. */
export interface SetContender extends ReadableContender {
  open(path: string): Promise<{
    /** Resolves when the record is committed. */
    set(record: KeyValueRecord): Promise<unknown>
    close(): Promise<void>
  }>
}

interface ReadableContender {
  /** What a file holds, once it is closed: keys, and values as JSON text. */
  entries(path: string): AsyncIterable<readonly [key: string, text: string]>
}
