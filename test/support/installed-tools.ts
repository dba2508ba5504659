import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApplication, install } from '../package/support/installs.js'
import { npm } from '../package/support/run.js'

/**
 * A folder with these packages, such as `esbuild@0.28.2`, that stays from run to run, in the system's temporary
 * folder: what is inside of this repository would find its `node_modules`.
 */
export async function installTools(packages: readonly string[]): Promise<string> {
  const parent = join(tmpdir(), 'duckpaddle-tools')
  const folder = join(parent, createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  mkdirSync(parent, { recursive: true })
  // Whole or not at all, should it be interrupted.
  const fresh = mkdtempSync(join(parent, 'new-'))
  await createApplication(fresh)
  await install(fresh, '--ignore-scripts', ...packages)
  try {
    renameSync(fresh, folder)
  } catch (error) {
    // Another run was faster.
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** Packs this package as npm would publish it, and installs it in an application of ES modules. */
export async function installPacked(application: string): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const pack = ['--ignore-scripts', '--silent', '--pack-destination', application]
  const packed = await npm(root, 'pack', ...pack)
  if (!existsSync(join(application, 'package.json'))) await createApplication(application)
  await npm(application, 'pkg', 'set', 'type=module')
  await install(application, join(application, packed.trim()))
}

/** A copy of the packages of `installTools()`, to which others may be added. */
export function copyTools(tools: string, application: string): void {
  cpSync(tools, application, { recursive: true, verbatimSymlinks: true })
}
