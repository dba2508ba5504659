import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Links that are followed before they are taken for a circle, as Linux does. */
const maxLinks = 40

/**
 * The path of the file itself, whatever links lead to it; also of a file that does not exist yet.
 *
 * It is absolute, so that DuckDB does not take `md:app` or `sqlite:app` for the name of an extension.
 */
export async function resolveRealPath(path: string): Promise<string> {
  let current = resolve(path)
  for (let links = 0; links < maxLinks; links++) {
    const existing = await realpath(current).catch(() => undefined)
    if (existing !== undefined) return existing
    // Not there yet: the folder's real path, and the target of a link that dangles.
    const folder = await realpath(dirname(current)).catch(() => dirname(current))
    const inFolder = join(folder, basename(current))
    const target = await readlink(inFolder).catch(() => undefined)
    if (target === undefined) return inFolder
    current = resolve(folder, target)
  }
  return current
}
