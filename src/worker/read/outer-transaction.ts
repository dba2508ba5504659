import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import { toVisible } from '../../protocol/visible-text.js'
import type { ChangedTables } from '../catalog/changed-tables.js'
import { WorkerFailure } from '../failure.js'
import { explained } from '../sql/explained.js'
import { splitStatements } from '../sql/sql-words.js'
import { findOutsideEffect } from './outside-effects.js'
import { mayHaveEffects } from './statement-effects.js'

/** A transaction that statements are part of. */
export interface OuterTransaction {
  readonly connection: DuckDBConnection
  /** What it throws ends the statement that is running. */
  checkStop(): void
  /** A statement may have changed the columns or constraints of these, as the transaction alone sees them. */
  tablesChanged(changed: ChangedTables): void
}

/** What a statement may begin with: a rollback undoes what it does. */
const undoable: ReadonlySet<string> = new Set(
  (
    '( select from with values table pivot pivot_wider pivot_longer unpivot describe desc show summarize ' +
    'insert update delete truncate merge copy create drop alter comment'
  ).split(' '),
)

const ends: ReadonlySet<string> = new Set('begin start commit end rollback abort'.split(' '))

const undoableTypes: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.COPY,
  StatementType.EXPLAIN,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.DROP,
  StatementType.ALTER,
])

/** Refuses SQL with a statement that would end the transaction, or that a rollback does not undo, before any of it runs. */
export function refuseLasting(sql: string): void {
  for (const statement of splitStatements(sql)) {
    const [first] = statement[0]?.text === 'prepare' ? statement : explained(statement)
    if (first === undefined || undoable.has(first.text)) continue
    refuse(first.text)
  }
  const effect = findOutsideEffect(sql)
  if (effect !== undefined) refuse(effect)
  if (mayHaveEffects(sql)) refuse('functions with effects of their own')
}

/**
 * Whether a statement is one that DuckDB adds by itself, and that is not to be executed: BEGIN and COMMIT around the several that
 * it makes of one, such as `ADD COLUMN ... DEFAULT now()`. Within a transaction it calls them SET. The caller's own have
 * been refused.
 *
 * @throws for any other that a rollback does not undo.
 */
export function isLeftOut(type: StatementType): boolean {
  if (type === StatementType.TRANSACTION || type === StatementType.SET) return true
  if (!undoableTypes.has(type)) refuse(StatementType[type] ?? String(type))
  return false
}

function refuse(what: string): never {
  const shown = toVisible(what.toUpperCase(), 60)
  const reason = ends.has(what) ? 'it ends with its callback' : 'a rollback would not undo it'
  throw new WorkerFailure({
    code: 'PERSIST_QUERY_FAILED',
    message: `A transaction does not take ${shown}: ${reason}`,
  })
}
