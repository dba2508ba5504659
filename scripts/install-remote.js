/**
 * Makes build/remote/application, in which the packed package has the DuckDB that there are extensions for. Run after the
 * build; ends with 1, and says what is needed, where the extensions are not there.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const application = join(root, 'build/remote/application')
const versions = JSON.parse(readFileSync(join(root, 'test/remote/versions.json'), 'utf8'))

// What the script that fetches them leaves last.
if (existsSync(join(root, 'build/remote/extensions', versions.duckdb))) install()
else {
  console.error(
    `The extensions of DuckDB ${versions.duckdb} are not there: run scripts/fetch-extensions.sh first`,
  )
  process.exitCode = 1
}

function install() {
  rmSync(application, { recursive: true, force: true })
  mkdirSync(application, { recursive: true })
  const packed = npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', application)
  const api = versions['node-api']
  const overrides = { '@duckdb/node-api': api, '@duckdb/node-bindings': api }
  const dependencies = { duckpaddle: `file:${packed.trim()}`, '@duckdb/node-api': api }
  writeFileSync(join(application, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }))
  npm(application, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--legacy-peer-deps')
  // It runs on no DuckDB but the one that it is made for.
  const manifest = join(application, 'node_modules/duckpaddle/package.json')
  const made = JSON.parse(readFileSync(manifest, 'utf8'))
  made.peerDependencies['@duckdb/node-api'] = `~${api}`
  writeFileSync(manifest, JSON.stringify(made))
}

function npm(cwd, ...args) {
  // What npm tells the scripts that it runs would be settings of this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)),
  )
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8' })
}
