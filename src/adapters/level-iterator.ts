import { AbstractIterator, type AbstractIteratorOptions, type AbstractLevel } from 'abstract-level'
import type { KeyRange } from '../main/store/key-range.js'
import type { StoreSnapshot } from '../main/store/store-snapshot.js'
import { fromStoreKey, fromStoreValue, type LevelData, toStoreKey } from './level-format.js'
import { type LevelRange, seekIn, toKeyRange } from './level-range.js'

/** What abstract-level gives to the private methods of an iterator. */
export interface IteratorOptions extends LevelRange {
  readonly keyEncoding: unknown
  readonly valueEncoding: unknown
}

/** Walks through a snapshot. */
export class LevelIterator<K, V> extends AbstractIterator<AbstractLevel<LevelData, K, V>, K, V> {
  readonly #snapshot: StoreSnapshot
  readonly #isOwn: boolean
  readonly #options: IteratorOptions
  /** Without a limit, which abstract-level counts by itself, from seek to seek. */
  readonly #range: KeyRange
  #entries: AsyncGenerator<[key: string, value: unknown]> | undefined

  /** @param isOwn - Whether the snapshot is closed with the iterator. */
  constructor(
    db: AbstractLevel<LevelData, K, V>,
    options: IteratorOptions,
    snapshot: StoreSnapshot,
    isOwn: boolean,
  ) {
    // What abstract-level itself has given for this.
    super(db, options as AbstractIteratorOptions<K, V>)
    this.#snapshot = snapshot
    this.#isOwn = isOwn
    this.#options = options
    this.#range = toKeyRange({ ...options, limit: -1 })
    this.#entries = snapshot.entries(this.#range)
  }

  /** @internal */
  async _next(): Promise<[LevelData, LevelData] | undefined> {
    const next = await this.#entries?.next()
    if (next === undefined || next.done === true) return undefined
    const [key, value] = next.value
    const { keyEncoding, valueEncoding } = this.#options
    return [fromStoreKey(key, keyEncoding), fromStoreValue(value, valueEncoding)]
  }

  /** @internal */
  _seek(target: LevelData): void {
    const range = seekIn(this.#range, toStoreKey(target))
    this.#entries = range === undefined ? undefined : this.#snapshot.entries(range)
  }

  /** @internal */
  async _close(): Promise<void> {
    await this.#entries?.return(undefined)
    if (this.#isOwn) this.#snapshot.close()
  }
}
