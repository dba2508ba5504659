import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../../', import.meta.url))

export const extensionNames = [
  'ducklake',
  'postgres_scanner',
  'sqlite_scanner',
  'mysql_scanner',
  'quack',
  'httpfs',
] as const

/** Where `scripts/fetch-extensions.sh` has put an extension. */
export function extensionFile(name: (typeof extensionNames)[number]): string {
  return join(root, 'build/remote/extensions', `${name}.duckdb_extension`)
}
