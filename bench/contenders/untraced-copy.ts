import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type Library = typeof import('duckpaddle')

const entry = import.meta.resolve('duckpaddle')
const root = fileURLToPath(new URL('../..', entry))
/**
 * What is asked before anything is made for a channel. Without subscribers that is all of tracing, but for comparisons of
 * what was never made with undefined, which the copy has as well.
 */
const question = /!channels\.\w+\.hasSubscribers/g
/** Every module that asks. */
const modules = [
  ...['open', 'tables', 'transactions', 'transaction-calls', 'checkpoints'],
  ...['write/commit-loop', 'write/trace-commit', 'read/queries', 'worker-thread/worker-supervisor'],
]

/**
 * Copies the library's build, without its tracing: where the build asks whether a channel has subscribers, the copy has
 * the answer that nobody has any as a constant. It is loaded beside the build, and writes other files than that.
 *
 * @param folder - Where the copy is to be; there is none yet.
 */
export async function loadUntracedCopy(folder: string): Promise<Library> {
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(dependencies(), join(folder, 'node_modules'), 'junction')
  for (const name of modules) {
    const path = join(folder, 'dist/main', `${name}.js`)
    const code = await readFile(path, 'utf8')
    const untraced = code.replace(question, 'true')
    if (untraced === code || untraced.includes('.hasSubscribers')) {
      throw new Error(`Expected ${path} to ask for subscribers, and only as ${question}`)
    }
    await writeFile(path, untraced)
  }
  return import(pathToFileURL(join(folder, 'dist/main/index.js')).href)
}

/** The folder that has what the library depends on. */
function dependencies(): string {
  let folder = createRequire(entry).resolve('piscina')
  while (!folder.endsWith('node_modules')) folder = dirname(folder)
  return folder
}
