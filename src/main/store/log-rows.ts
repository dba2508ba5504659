import { JsonText } from '../encode/json-text.js'
import type { ChangeSet, KeyChange } from './change-set.js'
import { Expiring, type Stored } from './expiring.js'
import type { LogFormat } from './log-format.js'
import { needsEnvelope, toStoredText } from './stored-text.js'

/** A row of the log. */
export interface LogRow {
  readonly seq: number
  readonly key: string | null
  readonly value: unknown
  readonly is_deleted: boolean
  /** Where the store has timestamps: whether the key is there from this row on, and the time of the save. */
  readonly is_new?: boolean
  readonly created_at?: bigint
  readonly updated_at?: bigint
}

/** What becomes of the entries in a save. */
export interface SaveCounts {
  inserted: number
  updated: number
  deleted: number
}

type SetChange<T> = KeyChange<T> & { type: 'set' }

const jsonNull = new JsonText('null')

/**
 * The rows that save a set of changes.
 *
 * @param sequence - The number of the save. A clear has it doubled, and what comes after the clear one more.
 * @param counts - To count each change in when its row is asked for: to go through all at once takes its time, too.
 */
export function* toLogRows<T>(
  changes: ChangeSet<T>,
  sequence: number,
  format: LogFormat,
  counts: SaveCounts = { inserted: 0, updated: 0, deleted: 0 },
): Generator<LogRow> {
  const seq = 2 * sequence + 1
  const times = format.timesOfSave()
  const gone = { value: null, is_deleted: true, ...(times && { is_new: false, ...times }) }
  if (changes.isCleared) {
    counts.deleted++
    yield { seq: seq - 1, key: null, ...gone }
  }
  for (const [key, change] of changes.keys) {
    counts[effectOf(change)]++
    if (change.type === 'delete') yield { seq, key, ...gone }
    else {
      const isText = format.isText || needsEnvelope(change.value)
      const row = isText ? new TextRow(seq, key, change, format) : new JsonRow(seq, key, change)
      yield times === undefined ? row : Object.assign(row, { is_new: change.isCreated }, times)
    }
  }
}

export function effectOf<T>(change: KeyChange<T>): keyof SaveCounts {
  if (change.type === 'delete') return 'deleted'
  return change.isNew ? 'inserted' : 'updated'
}

/** The value of the entry that a row of `toLogRows` saves. */
export function entryValueOf(row: LogRow): unknown {
  return row instanceof TextRow ? row.entryValue : row.value
}

class JsonRow<T> implements LogRow {
  readonly seq: number
  readonly key: string
  readonly value: unknown
  readonly is_deleted = false

  constructor(seq: number, key: string, { value }: SetChange<T>) {
    this.seq = seq
    this.key = key
    // SQL's NULL is no value at all.
    this.value = value === null ? jsonNull : value
  }
}

/** Its text is made when it is asked for, so that what it throws is the row's fault. */
class TextRow<T> implements LogRow {
  readonly seq: number
  readonly key: string
  readonly is_deleted = false
  readonly #value: Stored<T>
  readonly #isText: boolean

  constructor(seq: number, key: string, { value }: SetChange<T>, { isText }: LogFormat) {
    this.seq = seq
    this.key = key
    this.#value = value
    this.#isText = isText
  }

  /** The value of the entry, of which no text can be made perhaps. */
  get entryValue(): T {
    return this.#value instanceof Expiring ? this.#value.value : this.#value
  }

  get value(): string | JsonText {
    const text = toStoredText(this.#value)
    return this.#isText ? text : new JsonText(text)
  }
}
