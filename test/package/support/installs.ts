import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { npm } from './run.js'

/** The releases of Node that the package is for; of each, the registry's newest. */
export const nodeVersions = [20, 22, 24] as const
export type NodeVersion = (typeof nodeVersions)[number]

export const typescriptVersions = ['5.5', '5.9', '7.0'] as const
export type TypeScriptVersion = (typeof typescriptVersions)[number]

/** Node and TypeScript stay from run to run. */
const tools = fileURLToPath(new URL('../../../build/package-tools/', import.meta.url))

declare module 'vitest' {
  export interface ProvidedContext {
    /** The package as npm would publish it. */
    tarball: string
    /** An application that has installed it, and nothing else; `"type": "commonjs"`, as `npm init` writes it. */
    application: string
  }
}

/** Makes the package, the tools and an application once for all test files. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'duckpaddle-package-'))
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const packed = await npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder)
  const tarball = join(folder, packed.trim())
  const application = join(folder, 'application')
  const installs = [installNodes(), createApplication(application).then(() => install(application, tarball))]
  await Promise.all(installs)
  project.provide('tarball', tarball)
  project.provide('application', application)
  return () => rmSync(folder, { recursive: true, force: true })
}

/** An empty folder after `npm init -y`, whichever npm it is: those before 11 write no type. */
export async function createApplication(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await npm(folder, 'init', '-y')
  await npm(folder, 'pkg', 'set', 'type=commonjs')
}

export function install(folder: string, ...packages: readonly string[]): Promise<string> {
  return npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages)
}

export function nodeOf(version: NodeVersion): string {
  return join(
    tools,
    'node_modules',
    `node${version}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
}

/** The compiler's program, for Node. */
export function tscOf(version: TypeScriptVersion): string {
  return join(tools, 'node_modules', `typescript${version}`, 'bin', 'tsc')
}

/** Every release of Node, and the compilers, where an earlier run has not. */
export async function installNodes(): Promise<void> {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const names = [
    ...nodeVersions.map((version) => `node${version}@npm:node-${platform}-${process.arch}@${version}`),
    ...typescriptVersions.map((version) => `typescript${version}@npm:typescript@~${version}.0`),
  ]
  if ([...nodeVersions.map(nodeOf), ...typescriptVersions.map(tscOf)].every((path) => existsSync(path)))
    return
  // Whole or not at all, should it be interrupted.
  const fresh = `${tools.slice(0, -1)}-new`
  for (const folder of [fresh, tools]) rmSync(folder, { recursive: true, force: true })
  await createApplication(fresh)
  await install(fresh, '--ignore-scripts', ...names)
  renameSync(fresh, tools)
}
