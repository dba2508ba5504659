import { requireFrom } from './require-from.js'

/**
 * Whether Node is part of a single executable application, whose `process.execPath` starts the application again,
 * whatever its arguments.
 *
 * @see https://nodejs.org/api/single-executable-applications.html
 */
export function isSingleExecutable(): boolean {
  try {
    const { isSea }: { isSea: () => boolean } = requireFrom(process.execPath)('node:sea')
    return isSea()
  } catch {
    // Other runtimes have no such module.
    return false
  }
}
