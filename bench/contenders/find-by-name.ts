/** @throws Error if there is no contender of this name. */
export function findByName<Kind>(contenders: Readonly<Record<string, Kind>>, name: string): Kind {
  const found = contenders[name]
  if (found === undefined) throw new Error(`There is no contender ${name}`)
  return found
}
