import {
  type AggregateFunctionNode,
  type LimitNode,
  type OffsetNode,
  type OperationNode,
  type OrActionNode,
  PostgresQueryCompiler,
  ValueNode,
} from 'kysely'

/** DuckDB's parser is made from that of PostgreSQL: `"names"`, `$1`, RETURNING, ON CONFLICT. What differs is here. */
export class DuckpaddleQueryCompiler extends PostgresQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    this.append('limit ')
    this.#visitCount(node.limit)
  }

  protected override visitOffset(node: OffsetNode): void {
    this.append('offset ')
    this.#visitCount(node.offset)
  }

  /** `INSERT OR IGNORE`, `INSERT OR REPLACE`. */
  protected override visitOrAction(node: OrActionNode): void {
    this.append('or ')
    this.append(node.action)
  }

  /** `json_agg()` is that of PostgreSQL; DuckDB's `json_group_array()` is a macro, which takes neither ORDER BY nor FILTER. */
  protected override visitAggregateFunction(node: AggregateFunctionNode): void {
    const isJson = node.func === 'json_agg'
    if (isJson) this.append('to_json(')
    super.visitAggregateFunction(isJson ? { ...node, func: 'list' } : node)
    if (isJson) this.append(')')
  }

  /** In a correlated subquery DuckDB takes no parameter for it. */
  #visitCount(node: OperationNode): void {
    if (ValueNode.is(node) && isCount(node.value)) this.append(String(node.value))
    else this.visitNode(node)
  }
}

function isCount(value: unknown): boolean {
  return typeof value === 'bigint' ? value >= 0n : Number.isSafeInteger(value) && Number(value) >= 0
}
