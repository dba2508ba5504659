import type { StorageReceipt } from 'duckpaddle'
import type { KeyValueRecord } from '../records.js'

/** A way to keep records in a file, many in a transaction. */
export interface RecordContender extends ReadableContender {
  /** Opens the file, which may have records already, and makes what is missing; not part of what is measured. */
  open(path: string): Promise<RecordWriter>
}

export interface RecordWriter {
  /** Takes the records that are to be saved; a store in memory changes here. */
  stage(records: readonly KeyValueRecord[]): Promise<void>
  /** Writes what was staged, and resolves when it is committed; the adapter tells how it went. */
  save(): Promise<StorageReceipt | undefined>
  close(): Promise<void>
}

/** A way to keep records of which each is committed before its caller goes on. */
export interface SetContender extends ReadableContender {
  open(path: string): Promise<RecordSetter>
}

export interface RecordSetter {
  /** Resolves when the record is committed. */
  set(record: KeyValueRecord): Promise<void>
  close(): Promise<void>
}

interface ReadableContender {
  /** What a file holds, once it is closed: keys, and values as JSON text. */
  entries(path: string): AsyncIterable<readonly [key: string, text: string]>
}
