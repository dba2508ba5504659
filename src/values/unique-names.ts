/**
 * Names of which no two are the same: the first of each name keeps it, and one that is there already gets a colon and
 * the first number from 1 that makes a name which no other has. `a, a, "a:1"` become `a`, `a:2`, `a:1`.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const met = new Set<string>()
  const numbers = new Map<string, number>()
  return names.map((name) => {
    if (!met.has(name)) {
      met.add(name)
      return name
    }
    let number = (numbers.get(name) ?? 0) + 1
    while (taken.has(`${name}:${number}`)) number++
    numbers.set(name, number)
    const unique = `${name}:${number}`
    taken.add(unique)
    return unique
  })
}
