import type { OnConflict, WrittenCall } from '../../protocol/write-requests.js'
import { checkNumber, checkType, ownOptions } from './check-option.js'
import { describeValue } from './describe-value.js'
import type { Progress } from './receipt.js'
import type { Rejection } from './rejection.js'
import type { Signal } from './signal.js'
import type { Draft, PersistTrace } from './traces.js'

/** What to do about a row that cannot be written. */
export type OnRowError = 'abort' | 'skip' | ((rejection: Rejection) => 'abort' | 'skip')

/** What stands in an error of the compiler beside an `onConflict` that takes a key. */
interface DefinedWithoutKey {
  readonly definedWithoutKey: true
}

/** What `onConflict` can be for a table that is defined without a key: nobody has a string of the second kind. */
export type KeyNeeded = 'error' | ('update' & DefinedWithoutKey)

/** @typeParam Resolved - What the table can do about conflicts. */
export interface PersistOptions<Resolved extends OnConflict = OnConflict> {
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
  readonly onConflict?: Resolved | undefined
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
   * Lets calls that are made later, on its own table and on those linked with it, have their turn while its rows are
   * read: it takes its place among them when the last row is there, and is decided about, and committed, then. For
   * imports beside a server's own writes. No difference for a table with neither key nor constraints, whose calls wait
   * for none of each other, nor for an array of at most 4,096 rows.
   *
   * @defaultValue false
   */
  readonly background?: boolean | undefined
  /**
   * Reads strings as SQL's cast does, where the column is no text: values as they come from CSV files and drivers. What
   * a cast would round, cut off or lose is a rejection, and so is `''` for anything but VARCHAR, BLOB and an ENUM that
   * has it. In a JSON column a string is JSON text, and no JSON string. What else a column takes it takes as without.
   *
   * @defaultValue false
   */
  readonly parse?: boolean | undefined
  /**
   * How many rejections the receipt holds; `receipt.rejected` counts them all.
   *
   * Minimum: 0.
   *
   * @defaultValue 1,000
   */
  readonly maxRejections?: number | undefined
}

/** What of a transaction those can see who have rows in it. */
export interface TransactionView {
  readonly id: number
  /** Bytes that were encoded and handed over. */
  readonly bytes: number
  readonly place?: WrittenCall['place']
}

/** What the call that a write stream makes for some of its rows is told besides the options of its user. */
export interface StreamPart {
  /** Index, in the stream, of the first row of the call. */
  readonly firstIndex: number
  /** Whether the call is let in while the service is closing, as part of what is saved first. */
  readonly savesLast: boolean
  /** Called with the transaction that is to have the rows, and again with another where that is tried in its place. */
  readonly onTransaction?: (transaction: TransactionView) => void
  /** What is to be committed before; where it rejects, the call does. Only for a call that has a transaction of its own. */
  readonly before?: Promise<void>
}

export interface ResolvedPersistOptions {
  readonly signal: Signal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
  readonly onRowError: OnRowError
  readonly maxRejections: number
  readonly onConflict: OnConflict
  readonly background: boolean
  readonly parse: boolean
  /** Where the call is one of a write stream. */
  readonly part?: StreamPart
  /** Where somebody listens: what becomes of the call is added. */
  readonly trace?: Draft<PersistTrace>
}

export const persistOptionNames: readonly string[] = [
  'onConflict',
  'signal',
  'onProgress',
  'onRowError',
  'maxRejections',
  'background',
  'parse',
]

/** What a call has that is given none. */
export const noPersistOptions: PersistOptions = Object.freeze({})

export function resolvePersistOptions(given: PersistOptions): ResolvedPersistOptions {
  return given === noPersistOptions ? defaults : resolve(given)
}

function resolve(given: PersistOptions): ResolvedPersistOptions {
  const options = ownOptions('the options of persist()', given, persistOptionNames)
  checkSignal(options.signal)
  checkType('onProgress', options.onProgress, 'function')
  checkType('background', options.background, 'boolean')
  checkType('parse', options.parse, 'boolean')
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
    background: options.background ?? false,
    parse: options.parse ?? false,
  })
}

const defaults = resolve({})

export function checkSignal(signal: unknown): asserts signal is Signal | undefined {
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
