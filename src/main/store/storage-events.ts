import type { StorageReceipt } from './storage-receipt.js'

/** What `load()` and `importParquet()` found. */
export interface LoadReport {
  /** Entries that were read. */
  readonly entries: number
  /**
   * Keys whose values are not JSON, or nested more than 1,000 levels deep, and so are no entries; in the database they
   * stay until they are set or deleted.
   */
  readonly unreadable: readonly string[]
}

export interface StorageEvents {
  /** An automatic save was committed. */
  persisted: [receipt: StorageReceipt]
  /** An automatic save failed; its changes stay due, and are saved with the next. */
  persistError: [error: unknown]
  /**
   * The same as `persistError`, for those who listen to it; nothing is thrown where nobody does. `events.once()` and
   * `events.on()` do, and reject.
   */
  error: [error: unknown]
}

/** Calls the listeners of an event. */
export type EmitEvent = <Name extends keyof StorageEvents>(name: Name, value: StorageEvents[Name][0]) => void
