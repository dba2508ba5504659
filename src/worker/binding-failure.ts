import type { Failure } from '../protocol/failure.js'
import { apiRange } from './instance/duckdb-version.js'

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /ERR_DLOPEN_DISABLED|ERR_ACCESS_DENIED/,
    'the permission model forbids it: run Node with --allow-addons, and with --allow-fs-read for node_modules',
  ],
  [
    /ERR_DLOPEN_FAILED/,
    'it is there and cannot be loaded: install the dependencies anew on this platform, see what it lacks below, and whether another version of it was loaded before',
  ],
  [
    /Cannot find module '@duckdb\/node-api'/,
    `@duckdb/node-api is a peer dependency and is not installed: \`npm install @duckdb/node-api@${apiRange}\``,
  ],
  [
    /MODULE_NOT_FOUND|Cannot find module/,
    'it is an optional dependency and is not installed: install without --omit=optional, on the platform it is to run on',
  ],
]

/** What main gets where DuckDB cannot be loaded. */
export function bindingFailure(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const databaseMessage = error instanceof Error ? error.message : String(error)
  const [, remedy = 'see its cause'] =
    remedies.find(([pattern]) => pattern.test(code) || pattern.test(databaseMessage)) ?? []
  return {
    code: 'PERSIST_OPEN_FAILED',
    message: `DuckDB's native binding (@duckdb/node-bindings) cannot be loaded: ${remedy}: ${databaseMessage.split('\n', 1)[0]}`,
    databaseMessage,
  }
}
