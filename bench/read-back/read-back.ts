import type { Shape } from '../shapes/shape.js'
import type { Checksum } from './checksum.js'
import type { StoredRow } from './stored-row.js'

export interface FoundRows {
  /** Of all rows. */
  readonly checksum: Checksum
  /** Those that have one of the keys. */
  readonly rows: readonly StoredRow[]
}

/** Reads what a file holds, once its writer has closed it. */
export type ReadBack = <Row extends object>(
  path: string,
  shape: Shape<Row>,
  keys: readonly (string | number)[],
) => Promise<FoundRows>
