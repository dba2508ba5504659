/** So many prototypes of a row are looked through. */
const deepestClass = 100

const none: readonly string[] = []

/** The names under which rows of classes may inherit a value, by their prototypes; methods are none. */
export class InheritedNames {
  readonly #known = new WeakMap<object, readonly string[]>()

  of(row: object): readonly string[] {
    const prototype: object | null = Object.getPrototypeOf(row)
    if (prototype === null || prototype === Object.prototype) return none
    let names = this.#known.get(prototype)
    if (names === undefined) {
      names = namesOf(prototype)
      this.#known.set(prototype, names)
    }
    return names
  }
}

function namesOf(prototype: object): readonly string[] {
  const names = new Set<string>()
  let owner: object | null = prototype
  // A proxy may say that it is its own prototype.
  for (let depth = 0; depth < deepestClass && owner !== null && owner !== Object.prototype; depth++) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value !== 'function') names.add(name)
    }
    owner = Object.getPrototypeOf(owner)
  }
  return [...names]
}
