import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { isNested, type Shape, type StoredRow } from '../shapes/shape.js'
import { checksumSql, rowsSql } from './checksum.js'
import type { ReadBack } from './verify-rows.js'

/** Reads a file of DuckDB's. */
export const readDuckDB: ReadBack = (path, shape, keys) =>
  withConnection(path, (connection) => readTable(connection, shape, keys))

/** Reads a table by a connection. */
export async function readTable(
  connection: DuckDBConnection,
  shape: Shape,
  keys: readonly (string | number)[],
): ReturnType<ReadBack> {
  const [checksum = {}] = await readRows(
    connection,
    checksumSql(
      shape,
      (column, kind) => `strlen(${kind === 'nested' ? `to_json(${column})` : column}::VARCHAR)`,
    ),
  )
  return { checksum, rows: await readRows(connection, rowsSql(shape, keys, readColumn)) }
}

/** Opens a file on this thread, which computes with no other, and closes it. */
export async function withConnection<Result>(
  path: string,
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  try {
    return await use(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** SQL of a value that becomes a number or a string in JavaScript. */
function readColumn(column: string, type: string): string {
  if (type === 'TIMESTAMP') return `epoch_ms(${column})::DOUBLE`
  if (isNested(type)) return `to_json(${column})::VARCHAR`
  return `${column}::${/^(?:VARCHAR|JSON)/.test(type) ? 'VARCHAR' : 'DOUBLE'}`
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<StoredRow[]> {
  const reader = await connection.runAndReadAll(sql)
  const toPlain = (value: unknown) => (typeof value === 'string' ? value : Number(value))
  return reader
    .getRowObjectsJS()
    .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toPlain(value)])))
}
