// biome-ignore lint/suspicious/noTsIgnore: there is an error only where the application has no types of Node.
/** @ts-ignore: what a declaration says of its own file is read there as well. */
import type { Writable } from 'node:stream'
import type { Committed } from './committed.js'
import type { Receipt } from './receipt.js'

/** What a row, and its events, give another type to. */
type Retyped =
  | 'write'
  | 'end'
  | 'on'
  | 'once'
  | 'off'
  | 'addListener'
  | 'removeListener'
  | 'prependListener'
  | 'prependOnceListener'

type WriteCallback = (error: Error | null | undefined) => void
type CommitListener = (receipt: Receipt) => void

/**
 * A Node `Writable` in object mode whose chunks are rows of a table. Made by `createWriteStream()` of the table.
 *
 * Its own event is `'commit'`, with the receipt of each transaction. `'finish'` is emitted, and `finished()` of
 * `node:stream/promises` resolves, when everything is committed.
 */
export interface WriteStream<Row> extends Omit<Writable, Retyped> {
  /** What it has committed so far; the same object all the time. */
  readonly committed: Committed
  // Node's own streams have chunks of any type: without a signature for them, `pipeline()` would not take this one.
  write(row: never, encoding: never, callback?: WriteCallback): boolean
  /**
   * Takes a row, which must not be changed until it is committed; there is no need to wait for anything.
   *
   * @param callback - Called once the row is committed, with an error where it is not.
   * @returns false where `highWaterMark` rows wait: the next should be written after `'drain'`. It is taken all the same.
   */
  write(row: Row, callback?: WriteCallback): boolean
  end(row: never, encoding: never, callback?: () => void): this
  end(callback?: () => void): this
  end(row: Row, callback?: () => void): this
  on(event: 'commit', listener: CommitListener): this
  on(...parameters: Parameters<Writable['on']>): this
  once(event: 'commit', listener: CommitListener): this
  once(...parameters: Parameters<Writable['once']>): this
  off(event: 'commit', listener: CommitListener): this
  off(...parameters: Parameters<Writable['off']>): this
  addListener(event: 'commit', listener: CommitListener): this
  addListener(...parameters: Parameters<Writable['addListener']>): this
  removeListener(event: 'commit', listener: CommitListener): this
  removeListener(...parameters: Parameters<Writable['removeListener']>): this
  prependListener(event: 'commit', listener: CommitListener): this
  prependListener(...parameters: Parameters<Writable['prependListener']>): this
  prependOnceListener(event: 'commit', listener: CommitListener): this
  prependOnceListener(...parameters: Parameters<Writable['prependOnceListener']>): this
}
