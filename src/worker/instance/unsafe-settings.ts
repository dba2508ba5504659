import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteIdentifier } from '../../protocol/sql.js'

/**
 * Has DuckDB itself compute what is asked of a MySQL that is attached. Its extension would send conditions and orders to
 * the server, where a text with a backslash becomes another one, or SQL, and texts are compared by collations.
 */
export async function switchOffUnsafe(connection: DuckDBConnection): Promise<void> {
  const attached = await connection.run("SELECT 1 FROM system.main.duckdb_databases() WHERE type = 'mysql'")
  if (attached.rowCount === 0) return
  // Their names are not the same in each version of the extension.
  const found = await connection.run(
    "SELECT name FROM system.main.duckdb_settings() WHERE starts_with(name, 'mysql_') AND contains(name, 'pushdown')",
  )
  for (const [name] of await found.getRows()) {
    await connection.run(`SET GLOBAL ${quoteIdentifier(String(name))} = false`)
  }
}
