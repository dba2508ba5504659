import { succeed } from '../../package/support/run.js'
import { root } from './extensions.js'
import { startPostgres, stopPostgres } from './postgres.js'

/** Installs the packed package with the DuckDB of the extensions, and starts PostgreSQL. */
export default async function setup(): Promise<() => void> {
  await succeed(process.execPath, ['scripts/install-remote.js'], root)
  startPostgres()
  return () => {
    startPostgres()
    stopPostgres()
  }
}
