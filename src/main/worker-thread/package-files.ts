import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PersistenceError } from '../contract/persistence-error.js'
import { requireFrom } from './require-from.js'

/** This package's version: what is bundled does not run with the files of another. */
export const packageVersion = '0.1.0'

type PackageFile = 'worker' | 'exitProgram'

/** As they are where this module was not bundled. Written so that what traces files sees which ones belong to it. */
const ownFiles: Readonly<Record<PackageFile, () => URL>> = {
  worker: () => new URL(/* webpackIgnore: true */ '../../worker.js', import.meta.url),
  exitProgram: () => new URL(/* webpackIgnore: true */ '../store/exit-program.js', import.meta.url),
}

const paths: Readonly<Record<PackageFile, string>> = {
  worker: 'dist/worker.js',
  exitProgram: 'dist/main/store/exit-program.js',
}

const remedy =
  'a bundler must leave `duckpaddle` out (mark it as external), or `node_modules` must have it where the bundle runs'

/**
 * The path of a file that runs in a thread or process of its own. Where this module was bundled, it is that of the same
 * release in `node_modules`: near the bundle, or near the program that was started.
 *
 * @throws `PERSIST_OPEN_FAILED` where there is none.
 */
export function packageFile(name: PackageFile): string {
  const others = new Set<string>()
  for (const root of packageRoots(name)) {
    const version = versionOf(root)
    if (version === packageVersion && existsSync(join(root, paths[name]))) return join(root, paths[name])
    if (version !== undefined && version !== packageVersion) others.add(`${version} in ${root}`)
  }
  const found = [...others].join(', ')
  const reason =
    found === ''
      ? `a file of it is missing (${paths[name]})`
      : `this is duckpaddle ${packageVersion}, and its files are of ${found}`
  throw new PersistenceError(
    'PERSIST_OPEN_FAILED',
    `The worker thread cannot be started: ${reason}: ${remedy}. See docs/bundlers.md`,
  )
}

/** Not the working directory: what is there is not the application's. */
function* packageRoots(name: PackageFile): Generator<string> {
  const levels = paths[name].split('/').map(() => '..')
  yield* attempt(() => join(fileURLToPath(ownFiles[name]()), ...levels))
  const starts = [() => import.meta.url, () => realpathSync(process.argv[1] ?? '')]
  for (const start of starts) {
    yield* attempt(() => dirname(requireFrom(start()).resolve('duckpaddle/package.json')))
  }
}

/** `import.meta.url` is undefined in what was bundled to CommonJS. */
function attempt<Found>(find: () => Found): Found[] {
  try {
    return [find()]
  } catch {
    return []
  }
}

/** Undefined where the folder is another package's, or nobody's. */
function versionOf(root: string): string | undefined {
  const [manifest] = attempt<{ name?: unknown; version?: unknown } | null>(() =>
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  )
  return manifest?.name === 'duckpaddle' ? String(manifest.version) : undefined
}
