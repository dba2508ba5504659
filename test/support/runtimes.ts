import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installNodes, nodeOf, nodeVersions } from '../package/support/installs.js'
import { commandsOf } from './documented-programs.js'
import { installTools } from './installed-tools.js'

/** What runs JavaScript: the program, and what comes before the script. */
export interface Runtime {
  readonly program: string
  readonly args: readonly string[]
}

const newestNode = 26
/** As the documentation has it. */
const [, ...denoArgs] = (commandsOf('docs/runtimes.md').find((text) => text.startsWith('deno ')) ?? '')
  .replace('app.js', '')
  .trim()
  .split(' ')

export const runtimeNames = [...nodeVersions, newestNode]
  .map((version) => `Node ${version}`)
  .concat('Bun', 'Deno')

/** Installs the runtimes, where an earlier run has not. */
export async function installRuntimes(): Promise<ReadonlyMap<string, Runtime>> {
  await installNodes()
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const newest = `node@npm:node-${platform}-${process.arch}@${newestNode}`
  const modules = join(await installTools([newest, 'bun@1.4.5', 'deno@2.9.6']), 'node_modules')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const nodes = nodeVersions.map(
    (version) => [`Node ${version}`, { program: nodeOf(version), args: [] }] as const,
  )
  return new Map<string, Runtime>([
    ...nodes,
    [`Node ${newestNode}`, { program: join(modules, 'node', 'bin', `node${suffix}`), args: [] }],
    ['Bun', { program: join(onlyPackage(modules, '@oven'), 'bin', `bun${suffix}`), args: [] }],
    [
      'Deno',
      {
        program: join(onlyPackage(modules, '@deno'), `deno${suffix}`),
        args: [...denoArgs, '--no-prompt'],
      },
    ],
  ])
}

/** npm installs the one that is for this platform. */
function onlyPackage(modules: string, scope: string): string {
  const [name = 'none'] = readdirSync(join(modules, scope))
  return join(modules, scope, name)
}
