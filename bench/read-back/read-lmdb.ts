import { openLmdb } from '../contenders/open-lmdb.js'
import type { Shape } from '../shapes/shape.js'
import { checksumOf } from './checksum.js'
import type { FoundRows, ReadBack } from './read-back.js'
import { type StoredRow, toStoredRow } from './stored-row.js'

/** Reads a file of lmdb's, whose values are rows as JSON, each by a key that is not compared. */
export const readLmdb: ReadBack = async <Row extends object>(
  path: string,
  shape: Shape<Row>,
  keys: readonly (string | number)[],
): Promise<FoundRows> => {
  // What was put was a Row; a Date in it is text now, which is the same to a checksum.
  const database = openLmdb<Row>(path)
  const wanted = new Set<unknown>(keys)
  const rows: StoredRow[] = []
  function* values() {
    for (const { value } of database.getRange()) {
      if (wanted.has(value[shape.key])) rows.push(toStoredRow(shape, value))
      yield value
    }
  }
  try {
    return { checksum: checksumOf(shape, values()), rows }
  } finally {
    await database.close()
  }
}
