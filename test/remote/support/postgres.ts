import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './extensions.js'

/** As in `scripts/postgres.sh`. */
const host = '127.0.0.1'
export const postgresPort = 55_432

/** How DuckDB connects to it. @param via - Another port, such as that of a proxy. */
export function postgresConnection(via: number = postgresPort): string {
  return `host=${host} port=${via} user=duckpaddle dbname=postgres`
}

export function startPostgres(): void {
  run('start')
}

/** Ends it, and throws its data away. */
export function stopPostgres(): void {
  run('stop')
}

/** Ends it in the middle of what it does. */
export function crashPostgres(): void {
  run('crash')
}

function run(what: string): void {
  try {
    execFileSync(join(root, 'scripts/postgres.sh'), [what], { stdio: 'pipe' })
  } catch (error) {
    // It runs already.
    if (what !== 'start' || !/already|another server/i.test(String(error))) throw error
  }
}
