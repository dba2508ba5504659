import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { spillPath } from '../../process/database-files.js'

/** Names of the files into which DuckDB spills what exceeds its memory limit. */
const spillFile = /^duckdb_temp_(?:storage|block).*\.(?:tmp|block)$/

/**
 * Removes what a killed process has left in the folder that DuckDB spills to beside a database file. To be called with
 * the file open for writing, which nobody else has then, and before anything is spilled.
 */
export function clearSpillFiles(path: string): void {
  const folder = spillPath(path)
  try {
    for (const name of readdirSync(folder)) {
      if (spillFile.test(name)) rmSync(join(folder, name), { force: true })
    }
  } catch {
    // There is no such folder, most often; what cannot be removed is in nobody's way.
  }
}
