import type { ViolationPage } from '../../protocol/violation.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Rejection } from '../contract/rejection.js'
import type { RowError } from '../encode/row-error.js'
import { CallEnded } from './call-ended.js'
import { decideOnRow, rowRejected, toRejection } from './decide-on-row.js'
import { RowPositions } from './row-positions.js'
import { violationToRejection } from './violation-to-rejection.js'

/** The rows of one call that are not written, and what the caller decides about each. */
export class RejectionLog {
  readonly #options: ResolvedPersistOptions
  readonly #isChecked: boolean
  readonly #positions = new RowPositions()
  /** Of the rows of the call, as their indexes are reported. */
  readonly #firstIndex: number
  #rejections: Rejection[] = []
  #count = 0

  /** @param isChecked - Whether the worker decides about rows too. */
  constructor(options: ResolvedPersistOptions, isChecked: boolean) {
    this.#options = options
    this.#isChecked = isChecked
    this.#firstIndex = options.part?.firstIndex ?? 0
  }

  /** How many rows could not be encoded. */
  get count(): number {
    return this.#count
  }

  /** The first of all, in the order of the rows. */
  get rejections(): readonly Rejection[] {
    return this.#rejections
  }

  /**
   * Records a row that cannot be encoded.
   *
   * @throws `PERSIST_ROW_REJECTED`, or a `CallEnded` with it, where it ends the call.
   */
  add(index: number, row: unknown, error: RowError): void {
    const { onRowError, maxRejections } = this.#options
    const rejection = toRejection(this.#firstIndex + index, row, error)
    if (decideOnRow(rejection, onRowError) === 'abort') {
      const rejected = rowRejected(rejection)
      // A function has decided on this very row; otherwise the first bad row of the call is the one to report.
      throw this.#isChecked && onRowError === 'abort' ? new CallEnded(rejected) : rejected
    }
    this.#count++
    if (this.#isChecked) this.#positions.skip(index)
    if (this.#rejections.length < maxRejections) this.#rejections.push(rejection)
  }

  /**
   * Records the rows that the worker has found to violate a constraint.
   *
   * @param rowAt - The row as it was given, where the source still has it.
   * @throws `PERSIST_ROW_REJECTED` for a row that ends the call.
   */
  async addViolations(
    next: () => Promise<ViolationPage>,
    key: readonly string[],
    rowAt: ((index: number) => unknown) | undefined,
  ): Promise<void> {
    const { onRowError, maxRejections } = this.#options
    const found: Rejection[] = []
    const first = this.#firstIndex
    const indexOf = (ordinal: number) => first + this.#positions.indexOf(ordinal)
    const rowAtIndex = rowAt && ((index: number) => rowAt(index - first))
    let isDone = false
    while (!isDone) {
      const page = await next()
      for (const violation of page.violations) {
        const rejection = violationToRejection(violation, indexOf, key, rowAtIndex)
        if (decideOnRow(rejection, onRowError) === 'abort') throw rowRejected(rejection)
        if (found.length < maxRejections) found.push(rejection)
      }
      // Only a function must be asked about each of them.
      const hasEnough = typeof onRowError !== 'function' && found.length === maxRejections
      isDone = page.isLast || hasEnough
    }
    const all = [...this.#rejections, ...found].sort((left, right) => left.index - right.index)
    this.#rejections = all.slice(0, maxRejections)
  }
}
