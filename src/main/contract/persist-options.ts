import type { OnConflict } from '../../protocol/requests.js'
import { checkNumber, checkType, ownOptions } from './check-option.js'
import { describeValue } from './describe-value.js'
import type { Progress } from './receipt.js'
import type { Rejection } from './rejection.js'
import type { Signal } from './signal.js'

/** What to do about a row that cannot be written. */
export type OnRowError = 'abort' | 'skip' | ((rejection: Rejection) => 'abort' | 'skip')

export interface PersistOptions {
  /**
   * What becomes of a row whose key the table has, or an earlier row of the call.
   *
   * - `'error'`: it is rejected, with `duplicate-key` or `unique`.
   * - `'ignore'`: the row that is there stays, and this one is counted in `receipt.ignored`.
   * - `'update'`: the row that is there gets its values, but keeps those of the columns that this one does not carry.
   *   So the last of several rows with one key wins.
   *
   * Anything but `'error'` takes a table with a key: see `Table.key`.
   *
   * @defaultValue `'error'`
   */
  readonly onConflict?: OnConflict | undefined
  /**
   * Gives up between two slices: the promise rejects with `PERSIST_ABORTED`, whose `cause` is the signal's reason,
   * and nothing is written. Without effect once the commit has been asked for. A signal that is not Node's own, such as
   * one of jsdom, does as well. Any number of calls may share one.
   */
  readonly signal?: Signal | undefined
  /**
   * Called on the main thread after each batch that the worker has appended. What it throws aborts the call, and so
   * does what a promise that it returns rejects with; the call does not wait for that promise. Without effect once the
   * commit has been asked for.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /**
   * - `'abort'`: the first bad row rejects the promise with `PERSIST_ROW_REJECTED`, and nothing is written.
   * - `'skip'`: the other rows are written, and `receipt.rejections` has the bad ones.
   * - a function decides for each bad row as it is met. What it throws aborts the call. It must not be `async`: a
   *   promise is refused with a TypeError.
   *
   * @defaultValue `'abort'`
   */
  readonly onRowError?: OnRowError | undefined
  /**
   * How many rejections the receipt holds; `receipt.rejected` counts them all.
   *
   * Minimum: 0.
   *
   * @defaultValue 1,000
   */
  readonly maxRejections?: number | undefined
}

export interface ResolvedPersistOptions {
  readonly signal: Signal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
  readonly onRowError: OnRowError
  readonly maxRejections: number
  readonly onConflict: OnConflict
}

const names = ['onConflict', 'signal', 'onProgress', 'onRowError', 'maxRejections']

export function resolvePersistOptions(given: PersistOptions): ResolvedPersistOptions {
  const options = ownOptions('the options of persist()', given, names)
  checkSignal(options.signal)
  checkType('onProgress', options.onProgress, 'function')
  checkNumber('maxRejections', options.maxRejections, 0, true)
  const { onRowError = 'abort', onConflict = 'error' } = options
  if (onConflict !== 'error' && onConflict !== 'ignore' && onConflict !== 'update') {
    const expected = "'error', 'ignore' or 'update'"
    throw new TypeError(`Expected \`onConflict\` to be ${expected}, got ${describeValue(onConflict)}`)
  }
  if (onRowError !== 'abort' && onRowError !== 'skip' && typeof onRowError !== 'function') {
    const expected = "'abort', 'skip' or a function"
    throw new TypeError(`Expected \`onRowError\` to be ${expected}, got ${describeValue(onRowError)}`)
  }
  return Object.freeze({
    signal: options.signal,
    onProgress: options.onProgress,
    onRowError,
    maxRejections: options.maxRejections ?? 1000,
    onConflict,
  })
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || isSignal(signal)) return
  const hint = isController(signal) ? ': pass its `signal`' : ''
  throw new TypeError(`Expected \`signal\` to be an AbortSignal, got ${describeValue(signal)}${hint}`)
}

/** One of Node's, or of jsdom, another realm or a library: by what is asked of it. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { aborted, addEventListener, removeEventListener }: Partial<Record<keyof AbortSignal, unknown>> =
    value
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  )
}

function isController(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'signal' in value && isSignal(value.signal)
}
