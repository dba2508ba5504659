import { isTooDeep, tooDeep } from '../encode/json-depth.js'
import { JsonText } from '../encode/json-text.js'
import type { ChangeSet, KeyChange } from './change-set.js'

/** A row of the log. */
export interface LogRow {
  readonly seq: number
  readonly key: string | null
  readonly value: unknown
  readonly is_deleted: boolean
}

const jsonNull = new JsonText('null')

/**
 * The rows that save a set of changes.
 *
 * @param sequence - The number of the save. A clear has it doubled, and what comes after the clear one more.
 * @param isText - Whether values are in a VARCHAR.
 */
export function* toLogRows<T>(changes: ChangeSet<T>, sequence: number, isText: boolean): Generator<LogRow> {
  if (changes.isCleared) yield { seq: 2 * sequence, key: null, value: null, is_deleted: true }
  const seq = 2 * sequence + 1
  for (const [key, change] of changes.keys) {
    if (change.type === 'delete') yield { seq, key, value: null, is_deleted: true }
    else yield isText ? new TextRow(seq, key, change) : new JsonRow(seq, key, change)
  }
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

  constructor(seq: number, key: string, { value }: KeyChange<T> & { type: 'set' }) {
    this.seq = seq
    this.key = key
    // SQL's NULL is no value at all.
    this.value = value === null ? jsonNull : value
  }
}

/** Its value is made when it is asked for, so that what it throws is the row's fault. */
class TextRow<T> implements LogRow {
  readonly seq: number
  readonly key: string
  readonly is_deleted = false
  readonly #value: T

  constructor(seq: number, key: string, { value }: KeyChange<T> & { type: 'set' }) {
    this.seq = seq
    this.key = key
    this.#value = value
  }

  /** The value of the entry, of which no text can be made perhaps. */
  get entryValue(): T {
    return this.#value
  }

  get value(): string {
    const text = this.#value instanceof JsonText ? this.#value.text : JSON.stringify(this.#value)
    if (text === undefined) throw new TypeError('The value has no JSON')
    if (isTooDeep(text)) throw new TypeError(tooDeep)
    return text
  }
}
