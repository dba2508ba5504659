import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'

/**
 * Settings of DuckDB under which SQL means something else if it leaves open what it means, or is planned otherwise.
 * None of them may make a difference to what is written, rejected or read.
 */
const hostileConfig: Readonly<Record<string, string>> = {
  default_collation: 'NOCASE.NOACCENT',
  default_order: 'DESC',
  default_null_order: 'NULLS_FIRST',
  preserve_insertion_order: 'false',
  preserve_identifier_case: 'false',
  integer_division: 'true',
  ieee_floating_point_ops: 'false',
  old_implicit_casting: 'true',
  scalar_subquery_error_on_multiple_rows: 'false',
  order_by_non_integer_literal: 'true',
  lambda_syntax: 'DISABLE_SINGLE_ARROW',
  errors_as_json: 'true',
  immediate_transaction_mode: 'true',
  enable_view_dependencies: 'true',
  enable_macro_dependencies: 'true',
  disabled_optimizers: 'statistics_propagation,join_order,filter_pushdown,unused_columns,column_lifetime',
  prefer_range_joins: 'true',
  explain_output: 'ALL',
}

/** More of them, which DuckDB takes only once the database is open. */
const hostileSql = `SET GLOBAL current_transaction_invalidation_policy = 'ALL_ERRORS_INVALIDATE_TRANSACTION';
  SET GLOBAL binary_as_string = true`

/** Opens a database under these settings. */
export async function openHostile(path: string, options: OpenOptions = {}): Promise<PersistenceService> {
  const db = await open(path, { ...options, config: { ...hostileConfig, ...options.config } })
  await db.run(hostileSql)
  return db
}

/** Whether this is the second run of the tests, under these settings. See `vitest.config.ts`. */
export const isHostile: boolean = process.env.HOSTILE_SETTINGS !== undefined
