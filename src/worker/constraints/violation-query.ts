import type { Constraint } from '../catalog/table-metadata.js'

/** SQL of the rejected rows: `ordinal`, `violated`, `other`, and then every column of the row as `c0`, `c1`, ... */
export interface ViolationQuery {
  readonly sql: string
  /** What `violated` is an index into. */
  readonly constraints: readonly Constraint[]
}
