import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './extensions.js'

/** As in `scripts/mariadb.sh`. */
export const mariadbPort: number = Number(process.env.MARIADB_PORT ?? 55_306)
export const mariadbPassword = 'duckpaddle'

/** How DuckDB connects to it. @param via - Another port, such as that of a proxy. */
export function mariadbConnection(via: number = mariadbPort, database = 'app'): string {
  return `host=127.0.0.1 port=${via} user=duckpaddle password=${mariadbPassword} database=${database}`
}

let databases = 0

/** Makes a database of its own, with nothing in it. */
export function createMariadbDatabase(): string {
  const name = `d_${process.pid}_${++databases}`
  runMariadb(`CREATE DATABASE ${name}`)
  return name
}

/** Runs SQL as any other client does. */
export function runMariadb(sql: string): string {
  return run('sql', sql)
}

/** Has the connections that are made meanwhile have a setting. */
export async function withMariadbSetting(
  setting: string,
  value: string,
  task: () => Promise<void>,
): Promise<void> {
  runMariadb(`SET GLOBAL ${setting} = ${value}`)
  try {
    await task()
  } finally {
    runMariadb(`SET GLOBAL ${setting} = DEFAULT`)
  }
}

/** Starts it, unless it runs. */
export function startMariadb(): void {
  run('start')
}

/** Ends it, and throws its data away. */
export function stopMariadb(): void {
  run('stop')
}

/** Ends it in the middle of what it does. */
export function crashMariadb(): void {
  run('crash')
}

function run(...args: readonly string[]): string {
  return execFileSync(join(root, 'scripts/mariadb.sh'), args, { stdio: 'pipe', encoding: 'utf8' })
}
