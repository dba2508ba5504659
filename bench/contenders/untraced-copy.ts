import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
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
  const main = join(folder, 'dist/main')
  let changed = 0
  for (const name of await readdir(main, { recursive: true })) {
    if (!name.endsWith('.js')) continue
    const code = await readFile(join(main, name), 'utf8')
    const untraced = code.replace(question, 'true')
    if (untraced.includes('.hasSubscribers')) throw new Error(`Expected ${name} to ask as ${question}`)
    if (untraced === code) continue
    await writeFile(join(main, name), untraced)
    changed++
  }
  if (changed === 0) throw new Error(`Expected some module to ask as ${question}`)
  return import(pathToFileURL(join(folder, 'dist/main/index.js')).href)
}

/** The folder that has what the library depends on. */
function dependencies(): string {
  let folder = createRequire(entry).resolve('piscina')
  while (!folder.endsWith('node_modules')) folder = dirname(folder)
  return folder
}
