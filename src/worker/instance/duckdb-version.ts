import { createRequire } from 'node:module'
import { WorkerFailure } from '../failure.js'

const api = '@duckdb/node-api'
const require = createRequire(import.meta.url)
const { peerDependencies }: { peerDependencies: Readonly<Record<string, string>> } =
  require('duckpaddle/package.json')

/** The versions of node-api that this package is tested with, as npm writes them: `~1.5.6-r.1`. */
export const apiRange: string = peerDependencies[api] ?? ''

/** The version of DuckDB that they have: `1.5.6`. */
const needed = /\d+\.\d+\.\d+/.exec(apiRange)?.[0]

/**
 * Refuses any other DuckDB. The system's loader gives a process one library per file name: whichever copy of node-api
 * loads first decides on the DuckDB of them all, and says nothing about it.
 *
 * @param loaded - What DuckDB says: `v1.5.6`.
 * @throws `PERSIST_OPEN_FAILED` naming both versions.
 */
export function checkDuckDBVersion(loaded: string): void {
  const version = loaded.replace(/^v/, '')
  if (version === needed) return
  throw new WorkerFailure({
    code: 'PERSIST_OPEN_FAILED',
    message: `This process runs DuckDB ${version}, and duckpaddle needs DuckDB ${needed}: ${remedyFor(version)}`,
  })
}

function remedyFor(loaded: string): string {
  const install = `npm install ${api}@${apiRange}`
  const { version }: { version: string } = require(`${api}/package.json`)
  if (version.startsWith(loaded)) return `it has found ${api} ${version}; \`${install}\``
  const reason = `another copy of ${api} was loaded first, and a process has one DuckDB`
  return `${reason}. See \`npm ls ${api}\`; use ${apiRange} everywhere, by \`${install}\` or by "overrides" in package.json`
}
