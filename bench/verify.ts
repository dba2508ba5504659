import { checksumOf } from './read-back/checksum.js'
import { readDuckDB } from './read-back/read-duckdb.js'
import { verifyRows } from './read-back/verify-rows.js'
import { type EventRow, event } from './shapes/event.js'

/**
 * Reads a database file and throws unless it holds the events.
 *
 * @param rows - All of them, of which only a checksum is compared.
 * @param exactRows - Those of them that are compared value by value.
 * @returns How many rows it holds.
 */
export function verify(
  path: string,
  rows: Iterable<EventRow>,
  exactRows: readonly EventRow[] = [],
): Promise<number> {
  return verifyRows(readDuckDB, path, event, checksumOf(event, rows), exactRows)
}
