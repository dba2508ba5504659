import { everythingThereIs, type WriteScope } from './write-scope.js'

/** Who has a resource, or waits for it: the last to change it, and those who share it since. */
interface Holders {
  changer: WritePlace | undefined
  readonly sharers: Set<WritePlace>
}

/** A place among everything that writes. */
export class WritePlace {
  scope: WriteScope
  /** Called when nothing is in the way any more. */
  granted: () => void
  /** How many are in the way. */
  blockers = 0
  readonly followers: WritePlace[] = []
  /** Who was in line to change each of its resources when it came. */
  readonly changers: Map<string, WritePlace | undefined> = new Map()
  isGranted = false
  hasLeft = false

  constructor(scope: WriteScope, granted: () => void) {
    this.scope = scope
    this.granted = granted
  }
}

/**
 * In which order things write: each after those that came before it and that it conflicts with.
 *
 * Who comes waits for the last to change each of its resources, and where it changes one itself, for all who share it
 * since: these wait for all the others in turn. So a place costs as much as it has resources, however many there are.
 */
export class WriteOrder {
  readonly #places = new Set<WritePlace>()
  readonly #resources = new Map<string, Holders>()
  /** Whether places have been narrowed, and stand in the way of others as before. */
  #isOutdated = false

  get isEmpty(): boolean {
    return this.#places.size === 0
  }

  /** @param granted - Called when its turn has come: at once, before this returns, where nothing is in the way. */
  enter(scope: WriteScope, granted: () => void): WritePlace {
    this.#update()
    const place = new WritePlace(scope, granted)
    this.#places.add(place)
    this.#line(place)
    this.#grant(place)
    return place
  }

  /** Gives the place up, whether or not its turn has come. */
  leave(place: WritePlace): void {
    this.#update()
    place.hasLeft = true
    // Those behind it wait for what it waits for, too.
    if (!place.isGranted) return
    // One after the other, and not each within the one before: there may be many that have left.
    const leaving = [place]
    for (let next = leaving.pop(); next !== undefined; next = leaving.pop()) {
      for (const follower of this.#remove(next)) if (this.#grant(follower)) leaving.push(follower)
    }
  }

  /**
   * Has a place that turns out to need less stand in nobody's way for the rest, from the end of the microtasks on: what
   * is known of one call is known of all on its table, and they are lined up anew together.
   */
  narrow(place: WritePlace, scope: WriteScope): void {
    place.scope = scope
    if (this.#isOutdated) return
    this.#isOutdated = true
    void Promise.resolve().then(() => this.#update())
  }

  /**
   * Has a place whose turn has come wait for another one, for more: after everything else that is under way or waits,
   * but for what changes everything, which has waited for it.
   *
   * @param granted - Called when its turn has come: at once, before this returns, where nothing is in the way.
   */
  widen(place: WritePlace, scope: WriteScope, granted: () => void): void {
    this.#update()
    place.scope = scope
    place.granted = granted
    place.isGranted = false
    if (!this.#isWaitedForByAll(place)) {
      this.#places.delete(place)
      this.#places.add(place)
    }
    this.#isOutdated = true
    this.#update()
  }

  #isWaitedForByAll(place: WritePlace): boolean {
    const waiting = [...this.#places].filter((other) => other !== place && !other.isGranted)
    return waiting.some(({ scope }) => scope.changes.includes(everythingThereIs))
  }

  /** Whether something that comes now, with the same scope, would come right after what has this place. */
  isLast(place: WritePlace): boolean {
    this.#update()
    if (place.hasLeft) return false
    for (const name of place.scope.changes) {
      const holders = this.#resources.get(name)
      if (holders?.changer !== place || holders.sharers.size > 0) return false
    }
    for (const name of place.scope.shares) {
      const changer = this.#resources.get(name)?.changer
      if (changer !== undefined && changer !== place.changers.get(name)) return false
    }
    return true
  }

  #update(): void {
    if (!this.#isOutdated) return
    this.#isOutdated = false
    this.#resources.clear()
    for (const each of this.#places) {
      each.blockers = 0
      each.followers.length = 0
      each.changers.clear()
    }
    // Those that have had their turn are ahead of all others, whenever they came.
    const places = [...this.#places]
    for (const each of places) if (each.isGranted) this.#line(each)
    for (const each of places) if (!each.isGranted) this.#line(each)
    for (const each of places) if (this.#grant(each)) this.leave(each)
  }

  #line(place: WritePlace): void {
    const { changes, shares } = place.scope
    for (const name of changes) {
      const holders = this.#holdersOf(name)
      this.#follow(holders.changer, place, name)
      for (const sharer of holders.sharers) this.#follow(sharer, place, undefined)
      holders.changer = place
      holders.sharers.clear()
    }
    for (const name of shares) {
      const holders = this.#holdersOf(name)
      this.#follow(holders.changer, place, name)
      holders.sharers.add(place)
    }
  }

  #holdersOf(name: string): Holders {
    let holders = this.#resources.get(name)
    if (holders === undefined) {
      holders = { changer: undefined, sharers: new Set() }
      this.#resources.set(name, holders)
    }
    return holders
  }

  #follow(before: WritePlace | undefined, place: WritePlace, name: string | undefined): void {
    if (name !== undefined) place.changers.set(name, before)
    if (before === undefined || before === place) return
    before.followers.push(place)
    place.blockers++
  }

  /** @returns whether it has its turn and does not want it any more. */
  #grant(place: WritePlace): boolean {
    if (place.isGranted || place.blockers > 0) return false
    place.isGranted = true
    if (!place.hasLeft) place.granted()
    return place.hasLeft
  }

  /** @returns those who waited for it. */
  #remove(place: WritePlace): readonly WritePlace[] {
    if (!this.#places.delete(place)) return []
    for (const name of [...place.scope.changes, ...place.scope.shares]) {
      const holders = this.#resources.get(name)
      if (holders === undefined) continue
      if (holders.changer === place) holders.changer = undefined
      holders.sharers.delete(place)
      if (holders.changer === undefined && holders.sharers.size === 0) this.#resources.delete(name)
    }
    for (const follower of place.followers) follower.blockers--
    return place.followers.splice(0)
  }
}
