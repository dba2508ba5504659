/**
 * The benchmark's suite `remote`, on the DuckDB that there are extensions for: `npm run bench:remote -- [options]`. What
 * was compiled of the benchmarks is copied to where `install-remote.js` has installed the packed package with it, and
 * finds that; a PostgreSQL and a MariaDB of its own are started on loopback, and thrown away.
 */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'build/remote/application/bench')
const postgres = join(root, 'scripts/postgres.sh')
const mariadb = join(root, 'scripts/mariadb.sh')
// Not those of the tests, which may run.
const [port, mariadbPort] = [55_433, 55_307]
const env = {
  ...process.env,
  POSTGRES_PORT: String(port),
  MARIADB_PORT: String(mariadbPort),
  REMOTE_ROOT: root,
  REMOTE_POSTGRES: `host=127.0.0.1 port=${port} user=duckpaddle dbname=postgres`,
  REMOTE_MYSQL: `host=127.0.0.1 port=${mariadbPort} user=duckpaddle password=duckpaddle database=app`,
}

cpSync(join(root, 'bench/build'), program, { recursive: true })
cpSync(join(root, 'bench/package.json'), join(program, 'package.json'))
// It ends what is measured, and then the servers are to be stopped.
process.on('SIGINT', () => undefined)
const started = []
for (const server of [postgres, mariadb]) {
  if (spawnSync(server, ['start'], { env, stdio: 'inherit' }).status !== 0) break
  started.push(server)
}
if (started.length === 2) measure()
else process.exitCode = 1
for (const server of started) spawnSync(server, ['stop'], { env, stdio: 'inherit' })

function measure() {
  const args = [join(program, 'index.js'), 'remote', ...process.argv.slice(2)]
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
}
