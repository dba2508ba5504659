import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from '../../package/support/run.js'
import versions from '../versions.json' with { type: 'json' }
import { extensionFile, extensionNames, root } from './extensions.js'
import { startPostgres, stopPostgres } from './postgres.js'

const application = join(root, 'build/remote/application')

/** Installs the packed package with the DuckDB of the extensions, and starts PostgreSQL. */
export default async function setup(): Promise<() => void> {
  const missing = extensionNames.filter((name) => !existsSync(extensionFile(name)))
  if (missing.length > 0) {
    throw new Error(
      `The extensions ${missing.join(', ')} are not there: run scripts/fetch-extensions.sh first`,
    )
  }
  await installApplication()
  startPostgres()
  return () => {
    startPostgres()
    stopPostgres()
  }
}

async function installApplication(): Promise<void> {
  rmSync(application, { recursive: true, force: true })
  mkdirSync(application, { recursive: true })
  const packed = await npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', application)
  const api = versions['node-api']
  const overrides = { '@duckdb/node-api': api, '@duckdb/node-bindings': api }
  const dependencies = { duckpaddle: `file:${packed.trim()}`, '@duckdb/node-api': api }
  writeFileSync(join(application, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }))
  await npm(application, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--legacy-peer-deps')
  // It runs on no DuckDB but the one that it is made for.
  const manifest = join(application, 'node_modules/duckpaddle/package.json')
  const made = JSON.parse(readFileSync(manifest, 'utf8'))
  made.peerDependencies['@duckdb/node-api'] = `~${api}`
  writeFileSync(manifest, JSON.stringify(made))
}
