import { Expiring } from './expiring.js'
import { compareKeys } from './key-tree.js'
import { newBTree } from './new-b-tree.js'

type Expiry = readonly [expiresAt: number, key: string]

/** Which keys expire when. */
export class ExpiryIndex {
  readonly #tree = newBTree<Expiry, undefined>(compareExpiries)

  get isEmpty(): boolean {
    return this.#tree.size === 0
  }

  /** When the next one expires; undefined where none does. */
  get next(): number | undefined {
    return this.#tree.minKey()?.[0]
  }

  /** What a key has is another, or nothing any more. */
  replace(key: string, before: unknown, after: unknown): void {
    if (before instanceof Expiring) this.#tree.delete([before.expiresAt, key])
    if (after instanceof Expiring) this.#tree.set([after.expiresAt, key], undefined)
  }

  /** A key that has expired; undefined where none has. */
  firstDue(now: number): string | undefined {
    const first = this.#tree.minKey()
    return first !== undefined && first[0] <= now ? first[1] : undefined
  }

  /** How many have expired: as many are looked at. */
  countDue(now: number): number {
    if (this.firstDue(now) === undefined) return 0
    let count = 0
    for (const [expiresAt] of this.#tree.keys()) {
      if (expiresAt > now) break
      count++
    }
    return count
  }
}

function compareExpiries(one: Expiry, other: Expiry): number {
  return one[0] - other[0] || compareKeys(one[1], other[1])
}
