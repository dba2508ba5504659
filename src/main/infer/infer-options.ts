import { checkNumber, checkType, ownOptions } from '../contract/check-option.js'
import { checkSignal } from '../contract/persist-options.js'
import type { Signal } from '../contract/signal.js'

export interface InferOptions {
  /**
   * Looks at so many of the first rows only. What is inferred of them may not take the others.
   *
   * Minimum: 1.
   *
   * @defaultValue all rows
   */
  readonly sample?: number | undefined
  /** Gives up between two rows: the promise rejects with `PERSIST_ABORTED`, whose `cause` is the signal's reason. */
  readonly signal?: Signal | undefined
  /**
   * Infers numbers, booleans, dates, times and UUIDs from columns that have strings only, where every string is one: for
   * rows that are to be persisted with `parse`, as they come from CSV files.
   *
   * @defaultValue false
   */
  readonly parse?: boolean | undefined
}

export interface ResolvedInferOptions {
  readonly sample: number
  readonly signal: Signal | undefined
  readonly parse: boolean
}

export function resolveInferOptions(given: InferOptions): ResolvedInferOptions {
  const { sample, signal, parse } = ownOptions('the options of inferColumns()', given, [
    'sample',
    'signal',
    'parse',
  ])
  checkNumber('sample', sample, 1, true)
  checkSignal(signal)
  checkType('parse', parse, 'boolean')
  return { sample: sample ?? Number.POSITIVE_INFINITY, signal, parse: parse ?? false }
}
