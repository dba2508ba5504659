import { checkNumber, ownOptions } from './check-option.js'
import { checkSignal } from './persist-options.js'
import type { Signal } from './signal.js'

export interface TransactionOptions {
  /**
   * Gives up, whatever the transaction is doing or waiting for: it is rolled back, and the promise rejects with
   * `PERSIST_ABORTED`, whose `cause` is the signal's reason. Without effect once the commit has been asked for. Any
   * number of calls may share one.
   */
  readonly signal?: Signal | undefined
  /**
   * The same after so many milliseconds, counted from the call: the time for which it waits for its turn is part of them.
   *
   * Minimum: 0.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number | undefined
}

export function resolveTransactionOptions(given: TransactionOptions): TransactionOptions {
  const { signal, timeoutMs } = ownOptions('the options of transaction()', given, ['signal', 'timeoutMs'])
  checkSignal(signal)
  checkNumber('timeoutMs', timeoutMs, 0, false)
  return Object.freeze({ signal, timeoutMs })
}
