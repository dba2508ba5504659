/** So many prototypes of a row are looked through. */
const deepestClass = 100

/**
 * The value that a row has for a column: any own or inherited property counts, for rows may be instances of classes with
 * getters. A method of the row's class is no value.
 *
 * @param isShadowed - Whether every object inherits something under that name.
 */
export function readProperty(row: object, name: string, isShadowed: boolean): unknown {
  if (isShadowed && isInheritedByAll(row, name)) return undefined
  const value = (row as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'function' && !Object.hasOwn(row, name) ? undefined : value
}

/** Whether a property is one that every object has, and neither the row nor its class. */
export function isInheritedByAll(row: object, name: string): boolean {
  let owner: unknown = row
  // A proxy may say that it is its own prototype.
  for (let depth = 0; depth < deepestClass && typeof owner === 'object' && owner !== null; depth++) {
    if (owner === Object.prototype) return true
    if (Object.hasOwn(owner, name)) return false
    owner = Object.getPrototypeOf(owner)
  }
  return true
}
