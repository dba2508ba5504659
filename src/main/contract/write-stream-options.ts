import type { OnConflict } from '../../protocol/write-requests.js'
import { checkNumber, checkType, ownOptions } from './check-option.js'
import { type PersistOptions, persistOptionNames, resolvePersistOptions } from './persist-options.js'

/** Of the options of `persist()`, each is about one commit: `maxRejections` about its receipt, `onProgress` about its rows. */
export interface WriteStreamOptions<Resolved extends OnConflict = OnConflict>
  extends PersistOptions<Resolved> {
  /**
   * A commit begins when so many rows wait. It takes all that wait, which are more where some came while another was under
   * way, and what comes while it encodes them, until it has 16 times as many, 122,880, or 32 MiB of encoded rows. Without
   * effect on an `atomic` stream.
   *
   * Minimum: 1.
   *
   * @defaultValue 10,000
   */
  readonly commitRows?: number | undefined
  /**
   * A commit begins so many milliseconds after the first row that waits, however few there are. Without effect on an
   * `atomic` stream.
   *
   * Minimum: 0.
   *
   * @defaultValue 1,000
   */
  readonly commitMs?: number | undefined
  /**
   * Whether everything is committed in one transaction, at the end, or nothing of it is.
   *
   * Such a stream is a `persist()` whose rows are still coming, from its first row to its end: what waits for such a call
   * waits for the stream, and must not be awaited by what writes to it.
   *
   * @defaultValue false
   */
  readonly atomic?: boolean | undefined
  /**
   * Rows that may wait: `write()` returns false when there are so many, and `'drain'` is emitted when a commit takes them.
   * Those of commits that are under way are not among them.
   *
   * Minimum: 1.
   *
   * @defaultValue 16,384; 1,024 where the stream is `atomic`
   */
  readonly highWaterMark?: number | undefined
}

export interface ResolvedWriteStreamOptions {
  readonly commitRows: number
  readonly commitMs: number
  readonly atomic: boolean
  readonly highWaterMark: number
  /** What each commit is made with. */
  readonly persist: PersistOptions
}

const ownNames = ['commitRows', 'commitMs', 'atomic', 'highWaterMark']

export function resolveWriteStreamOptions(given: WriteStreamOptions): ResolvedWriteStreamOptions {
  const names = [...ownNames, ...persistOptionNames]
  const options = ownOptions('the options of createWriteStream()', given, names)
  const { commitRows, commitMs, atomic, highWaterMark, ...persist } = options
  checkNumber('commitRows', commitRows, 1, true)
  checkNumber('commitMs', commitMs, 0, false)
  checkType('atomic', atomic, 'boolean')
  checkNumber('highWaterMark', highWaterMark, 1, true)
  resolvePersistOptions(persist)
  return Object.freeze({
    commitRows: commitRows ?? 10_000,
    commitMs: commitMs ?? 1000,
    atomic: atomic ?? false,
    highWaterMark: highWaterMark ?? (atomic === true ? 1024 : 16_384),
    persist,
  })
}
