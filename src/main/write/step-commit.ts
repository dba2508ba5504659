import type { StreamPart, TransactionView } from '../contract/persist-options.js'
import { isShort } from './array-source.js'
import { GrowingSource } from './growing-source.js'
import type { RowsAtExit, StreamRows } from './stream-target.js'

/** A commit of a write stream that is under way. */
export class StepCommit {
  /** Index of its first row in the stream. */
  readonly #firstIndex: number
  readonly #rows: unknown[]
  /** The array of a few rows, which share a transaction with those of others. */
  readonly source: StreamRows
  #isRead = false
  /** The transaction that is to have its rows, once there is one. */
  #transaction: TransactionView | undefined
  /** Settles when it is committed, or is not going to be. */
  outcome: Promise<void> = Promise.resolve()
  /** Resolves when everybody has heard of the outcome. */
  ended: Promise<void> = Promise.resolve()

  /** @param grow - Adds what waits by now; see `GrowingSource`. */
  constructor(rows: unknown[], firstIndex: number, grow: () => boolean) {
    this.#rows = rows
    this.#firstIndex = firstIndex
    const growing = new GrowingSource(rows, () => {
      this.#isRead = !grow()
      return !this.#isRead
    })
    this.source = isShort(growing) ? rows : growing
  }

  get rows(): number {
    return this.#rows.length
  }

  /** Of its rows, as far as they are handed over. */
  get bytes(): number {
    return this.#transaction?.bytes ?? 0
  }

  /** Whether all its rows are encoded, and it takes no more. */
  get isRead(): boolean {
    return this.#isRead
  }

  /** @param before - The outcome of the commit before it, where that is under way. */
  part(before: Promise<void> | undefined): StreamPart {
    const onTransaction = (transaction: TransactionView) => {
      this.#transaction = transaction
    }
    const part = { firstIndex: this.#firstIndex, savesLast: true, onTransaction }
    return before === undefined ? part : { ...part, before }
  }

  add(rows: readonly unknown[]): void {
    for (const row of rows) this.#rows.push(row)
  }

  atExit(): RowsAtExit {
    const view = this.#transaction
    const written = view && {
      transaction: view.id,
      ...(view.place === undefined ? {} : { place: view.place }),
    }
    return { rows: this.#rows, firstIndex: this.#firstIndex, written }
  }
}
