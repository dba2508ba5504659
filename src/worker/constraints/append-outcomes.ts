import { DuckDBDataChunk } from '@duckdb/node-api'
import type { TableRef } from '../../protocol/sql.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { type OutcomeKind, outcomeKinds } from './row-outcomes.js'

/** An outcome, as the table of outcomes has it. */
interface Outcome {
  readonly ordinal: number
  readonly kind: OutcomeKind
  /**
   * For `rejected`: the number of the constraint, and the row of the call that has the value, if it is one of them. For
   * `updates`: as `other`, the `rowid` of the row whose place it takes, where that is known.
   */
  readonly constraint?: number | undefined
  readonly other?: number | undefined
}

/** Adds outcomes that were not found by SQL to the table of them. */
export async function appendOutcomes(
  connection: TransactionConnection,
  table: TableRef,
  found: readonly Outcome[],
): Promise<void> {
  const appender = await connection.createAppender(table)
  try {
    const types = [0, 1, 2, 3].map((column) => appender.columnType(column))
    for (let start = 0; start < found.length; start += 2048) {
      connection.checkStop()
      const chunk = DuckDBDataChunk.create(types)
      chunk.setRows(
        found
          .slice(start, start + 2048)
          .map(({ ordinal, kind, constraint, other }) => [
            BigInt(ordinal),
            outcomeKinds[kind],
            constraint ?? null,
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
