import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { columnKind } from '../shapes/column-kind.js'
import { checksumSql, rowsSql } from './checksum.js'
import type { ReadBack } from './read-back.js'
import type { StoredRow } from './stored-row.js'

/** Reads a file of DuckDB's. */
export const readDuckDB: ReadBack = async (path, shape, keys) => {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  try {
    const [checksum = {}] = await readRows(connection, checksumSql(shape, sumOf))
    return { checksum, rows: await readRows(connection, rowsSql(shape, keys, readColumn)) }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function sumOf(column: string, what: 'integers' | 'bytes'): string {
  return `coalesce(sum(${what === 'integers' ? column : `strlen(${column}::VARCHAR)`}), 0)::VARCHAR`
}

/** SQL of a value that becomes a number or a string in JavaScript. */
function readColumn(column: string, definition: string): string {
  const kind = columnKind(definition)
  if (kind === 'timestamp') return `epoch_ms(${column})::DOUBLE`
  return `${column}::${kind === 'text' || kind === 'json' ? 'VARCHAR' : 'DOUBLE'}`
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<StoredRow[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRowObjectsJS().map((row) => {
    const values = Object.entries(row).map(([name, value]) => [name, toPlain(value)] as const)
    return Object.fromEntries(values)
  })
}

function toPlain(value: unknown): string | number {
  return typeof value === 'string' ? value : Number(value)
}
