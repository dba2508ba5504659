import nodeModule from 'node:module'

/**
 * `require()` as in a file. Not by an import of `createRequire`, which webpack replaces by its own where it knows the
 * path, and warns of elsewhere.
 *
 * @param path - Of the file, or its URL.
 */
export function requireFrom(path: string): NodeJS.Require {
  return nodeModule.createRequire(path)
}
