import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './extensions.js'

/** As in `scripts/postgres.sh`. */
const host = '127.0.0.1'
export const postgresPort: number = Number(process.env.POSTGRES_PORT ?? 55_432)

/** How DuckDB connects to it. @param via - Another port, such as that of a proxy. */
export function postgresConnection(via: number = postgresPort, database = 'postgres'): string {
  return `host=${host} port=${via} user=duckpaddle dbname=${database}`
}

let databases = 0

/** Makes a database of its own, with nothing in it. */
export function createPostgresDatabase(): string {
  const name = `d_${process.pid}_${++databases}`
  run('sql', `CREATE DATABASE ${name}`)
  return name
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

function run(what: string, ...args: readonly string[]): void {
  try {
    execFileSync(join(root, 'scripts/postgres.sh'), [what, ...args], { stdio: 'pipe' })
  } catch (error) {
    // It runs already.
    if (what !== 'start' || !/already|another server/i.test(String(error))) throw error
  }
}
