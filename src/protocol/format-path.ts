import { quoteName, showPath } from './visible-text.js'

/** Where a value is in another: names of properties, and positions in arrays. */
export type Path = readonly (string | number)[]

/** `.items[3].price`; names that are no JavaScript identifiers as `["first name"]`. */
export function formatPath(path: Path): string {
  return path.map(formatPlace).join('')
}

/** @param path - Begins with the position or the name of the parameter. */
export function formatParameter([parameter = 0, ...path]: Path): string {
  const name = typeof parameter === 'number' ? parameter : quoteName(parameter)
  return `parameter ${name}${showPath(formatPath(path))}`
}

/** An index or a name as part of a path: `[3]`, `.price`, `["a name"]`. */
export function formatPlace(place: string | number): string {
  if (typeof place === 'number') return `[${place}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(place) ? `.${place}` : `[${JSON.stringify(place)}]`
}
