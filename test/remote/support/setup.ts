import { succeed } from '../../package/support/run.js'
import { root } from './extensions.js'
import { startMariadb, stopMariadb } from './mariadb.js'
import { startPostgres, stopPostgres } from './postgres.js'

/** Installs the packed package with the DuckDB of the extensions, and starts PostgreSQL and MariaDB. */
export default async function setup(): Promise<() => void> {
  await succeed(process.execPath, ['scripts/install-remote.js'], root)
  startPostgres()
  startMariadb()
  return () => {
    startPostgres()
    stopPostgres()
    stopMariadb()
  }
}
