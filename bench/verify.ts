import { isDeepStrictEqual } from 'node:util'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { EventRow } from './rows.js'

/**
 * Reads a database file and throws unless it holds the rows: a write that is not there afterwards was not measured.
 *
 * @param rows - All of them, of which only a checksum is compared.
 * @param exactRows - Those of them that are compared value by value.
 */
export async function verify(
  path: string,
  rows: Iterable<EventRow>,
  exactRows: readonly EventRow[] = [],
): Promise<void> {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  try {
    const [found] = await readRows(connection, checksumSql)
    expectEqual(found, checksumOf(rows))
    const ids = exactRows.map(({ id }) => id)
    const stored = await readRows(connection, `${exactSql} WHERE id IN (${ids.join(', ') || 'NULL'})`)
    const byId = new Map(stored.map((row) => [row.id, row]))
    for (const row of exactRows) expectEqual(byId.get(row.id), toStored(row))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** How many rows and how many ids there must be, the sum of the ids, and the length of all payloads. */
const checksumSql = `SELECT count(*)::DOUBLE AS rows, count(DISTINCT id)::DOUBLE AS "distinctIds",
  coalesce(sum(id), 0)::DOUBLE AS ids, coalesce(sum(length(payload::VARCHAR)), 0)::DOUBLE AS "payloadLength"
  FROM events`

function checksumOf(rows: Iterable<EventRow>) {
  const checksum = { rows: 0, distinctIds: 0, ids: 0, payloadLength: 0 }
  for (const { id, payload } of rows) {
    checksum.rows++
    checksum.distinctIds++
    checksum.ids += id
    checksum.payloadLength += JSON.stringify(payload).length
  }
  return checksum
}

const exactSql =
  'SELECT id::DOUBLE AS id, epoch_ms("at")::DOUBLE AS "at", kind, amount, payload::VARCHAR AS payload FROM events'

function toStored({ id, at, kind, amount, payload }: EventRow) {
  return { id, at: at.getTime(), kind, amount, payload: JSON.stringify(payload) }
}

async function readRows(connection: DuckDBConnection, sql: string) {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRowObjectsJS().map((row) => ({ ...row }))
}

function expectEqual(found: object | undefined, expected: object): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`Expected ${JSON.stringify(expected)} in the file, found ${JSON.stringify(found)}`)
}
