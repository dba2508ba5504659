import type { RootOperationNode } from 'kysely'

/** What Kysely makes of a query: rows, rows that were written, how many were written, or neither. */
export type StatementResult = 'rows' | 'written rows' | 'count' | 'nothing'

export function resultOf(query: RootOperationNode): StatementResult {
  switch (query.kind) {
    case 'InsertQueryNode':
    case 'UpdateQueryNode':
    case 'DeleteQueryNode':
    case 'MergeQueryNode':
      if ('explain' in query && query.explain !== undefined) return 'rows'
      return query.returning === undefined ? 'count' : 'written rows'
    case 'SelectQueryNode':
    case 'RawNode':
      return 'rows'
    default:
      return 'nothing'
  }
}
