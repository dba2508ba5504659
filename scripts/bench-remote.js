/**
 * The benchmark's suite `remote`, on the DuckDB that there are extensions for: `npm run bench:remote -- [options]`. What
 * was compiled of the benchmarks is copied to where `install-remote.js` has installed the packed package with it, and
 * finds that; a PostgreSQL of its own is started on loopback, and thrown away.
 */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'build/remote/application/bench')
const postgres = join(root, 'scripts/postgres.sh')
// Not that of the tests, which may run.
const port = 55_433
const env = {
  ...process.env,
  POSTGRES_PORT: String(port),
  REMOTE_ROOT: root,
  REMOTE_POSTGRES: `host=127.0.0.1 port=${port} user=duckpaddle dbname=postgres`,
}

cpSync(join(root, 'bench/build'), program, { recursive: true })
cpSync(join(root, 'bench/package.json'), join(program, 'package.json'))
// It ends what is measured, and then PostgreSQL is to be stopped.
process.on('SIGINT', () => undefined)
if (spawnSync(postgres, ['start'], { env, stdio: 'inherit' }).status === 0) measure()
else process.exitCode = 1

function measure() {
  const args = [join(program, 'index.js'), 'remote', ...process.argv.slice(2)]
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
  spawnSync(postgres, ['stop'], { env, stdio: 'inherit' })
}
