/** An index or a name as part of a path: `[3]`, `.price`, `["a name"]`. */
export function formatPlace(place: string | number): string {
  if (typeof place === 'number') return `[${place}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(place) ? `.${place}` : `[${JSON.stringify(place)}]`
}
