import { DuckDBDataChunk } from '@duckdb/node-api'
import { temporary } from '../../protocol/sql.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { type VerdictKind, verdictKinds } from './row-outcomes.js'

/** A verdict, as the table of verdicts has it. */
interface Verdict {
  readonly ordinal: number
  readonly kind: VerdictKind
  /** For `refused`: the number of the rule, and the row of the call that has the value, if it is one of them. */
  readonly rule?: number | undefined
  readonly other?: number | undefined
}

/** Adds verdicts that were not found by SQL. */
export async function appendVerdicts(
  connection: TransactionConnection,
  found: readonly Verdict[],
): Promise<void> {
  const appender = await connection.createAppender(temporary, 'duckpaddle_verdicts')
  try {
    const types = [0, 1, 2, 3].map((column) => appender.columnType(column))
    for (let start = 0; start < found.length; start += 2048) {
      connection.checkStop()
      const chunk = DuckDBDataChunk.create(types)
      chunk.setRows(
        found
          .slice(start, start + 2048)
          .map(({ ordinal, kind, rule, other }) => [
            BigInt(ordinal),
            verdictKinds[kind],
            rule ?? null,
            other === undefined ? null : BigInt(other),
          ]),
      )
      appender.appendDataChunk(chunk)
    }
    appender.flushSync()
  } catch (error) {
    appender.clear()
    throw error
  } finally {
    appender.closeSync()
  }
}
