import type { Reading } from '../../protocol/query-value.js'
import type { ResultColumn } from '../../protocol/result-batch.js'
import { describeMisfit, type ValueContext } from '../../values/value-context.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** Refuses what does not fit, by the name of its column. */
export function refuseMisfits({ name, type }: ResultColumn, reading: Reading): ValueContext['misfit'] {
  const describe = describeMisfit(name, type, reading)
  return (option, text) => {
    throw new PersistenceError('PERSIST_QUERY_FAILED', describe(option, text))
  }
}
