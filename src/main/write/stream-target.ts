import type { WrittenCall } from '../../protocol/write-requests.js'
import type { PersistOptions, StreamPart } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { Rows } from '../contract/rows.js'
import type { Dependents } from '../scheduling/dependents.js'
import type { GrowingSource } from './growing-source.js'

/** Rows that a stream has taken, and whose commit it does not know of, at the exit of the process. */
export interface RowsAtExit {
  readonly rows: readonly unknown[]
  /** Index of the first in the stream. */
  readonly firstIndex: number
  /** Where they may have been committed already. */
  readonly written: WrittenCall | undefined
}

/** What the rows of a call come from. */
export type StreamRows = Rows<unknown> | GrowingSource

/** What a write stream needs of its table, and of the service. */
export interface StreamTarget {
  /** The name of the table, for messages. */
  readonly name: string
  /** Whether the service lets new calls in. */
  readonly isOpen: boolean
  /** What the service saves before it closes. */
  readonly dependents: Dependents
  persist(rows: StreamRows, options: PersistOptions, part: StreamPart): Promise<Receipt>
  /** Has what `take` returns written when the process exits; undefined takes it back. */
  writeAtExit(stream: object, take: (() => readonly RowsAtExit[]) | undefined): void
}
