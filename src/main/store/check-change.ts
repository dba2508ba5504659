import { checkNumber, ownOptions } from '../contract/check-option.js'
import { describeValue } from '../contract/describe-value.js'
import { toStored } from './expiring.js'
import { toJsonValue } from './json-value.js'
import type { Change } from './layer.js'

/** One operation of `batch()`. */
export type BatchOperation<T> =
  | {
      readonly type: 'set'
      readonly key: string
      readonly value: T
      /** As in `SetOptions`. */
      readonly expiresInMs?: number | undefined
    }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'clear' }

export interface SetOptions {
  /**
   * After how many milliseconds the key is gone: also after a restart, by the clock of the system. It is set for good
   * where this is not given, whatever was set before.
   *
   * Minimum: 0.
   */
  readonly expiresInMs?: number | undefined
}

/** @returns `expiresInMs`, for `toSetChange` to check. */
export function checkSetOptions(options: SetOptions = {}): unknown {
  return ownOptions('the options of set()', options, ['expiresInMs']).expiresInMs
}

export function checkOperation<T>(operation: BatchOperation<T>): Change<T> {
  if (typeof operation !== 'object' || operation === null) {
    throw new TypeError(`Expected an operation of a batch to be an object, got ${describeValue(operation)}`)
  }
  // Without what every object inherits.
  const {
    type,
    key,
    value,
    expiresInMs,
  }: Partial<Record<'type' | 'key' | 'value' | 'expiresInMs', unknown>> = Object.assign(
    Object.create(null),
    operation,
  )
  if (type === 'clear') return { type }
  if (type !== 'set' && type !== 'delete') {
    throw new TypeError(`Expected \`type\` to be 'set', 'delete' or 'clear', got ${describeValue(type)}`)
  }
  checkKey(key)
  // The caller's word for what its values are.
  return type === 'delete' ? { type, key } : toSetChange(key, value as T, expiresInMs)
}

/** @throws TypeError or RangeError for a value or time that is none. */
export function toSetChange<T>(key: string, value: T, expiresInMs: unknown): Change<T> {
  checkNumber('expiresInMs', expiresInMs, 0, false)
  // It was checked.
  return { type: 'set', key, value: toStored(toJsonValue(key, value), expiresInMs as number | undefined) }
}

export function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key.isWellFormed()) return
  const expected = 'a string without lone surrogates'
  throw new TypeError(`Expected the key to be ${expected}, got ${describeValue(key)}`)
}

/** The change that an entry of `setMany()` makes. */
export function checkEntry<T>(entry: readonly [key: string, value: T]): Change<T> {
  if (!Array.isArray(entry)) {
    throw new TypeError(`Expected an entry to be an array of a key and a value, got ${describeValue(entry)}`)
  }
  const [key, value] = entry
  checkKey(key)
  return { type: 'set', key, value: toJsonValue(key, value) }
}

/** A string is an iterable, too, of its characters, which nobody means. */
export function checkIterable(what: string, items: unknown): void {
  const isIterable = typeof items === 'object' && items !== null && Symbol.iterator in items
  if (!isIterable) throw new TypeError(`Expected ${what} to be an iterable, got ${describeValue(items)}`)
}
