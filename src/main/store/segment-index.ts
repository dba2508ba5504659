import { hashKey } from './hash-key.js'

/** A part of the entries of a map: those that were added one after the other, but for those that are gone. */
export interface Segment<V> {
  readonly number: number
  readonly entries: Map<string, V>
}

/** Its part of the hashes grows by itself: by 20,000 entries at a time of 20,000,000, which takes 0.5 ms. */
const partCount = 1024
const partBits = 10

/** The least words of a part that has any. */
const leastWords = 16

const none = new Uint32Array(0)

/**
 * Finds the segment that a key is in. It knows the hashes of the keys, and asks a segment whether it has the key itself.
 *
 * A part is a hash table with open addressing, of two words for each key: its hash, and the number of its segment plus
 * one, or 0 where there is none. At most two thirds are used.
 */
export class SegmentIndex<V> {
  readonly #parts: Uint32Array[] = new Array(partCount).fill(none)
  readonly #counts = new Uint32Array(partCount)
  /** By their numbers. */
  readonly #segments: (Segment<V> | undefined)[] = []
  readonly #freeNumbers: number[] = []
  #size = 0

  /** @param first - The one segment that there is, whose number is 0. */
  constructor(first: Segment<V>) {
    this.#segments.push(first)
    for (const key of first.entries.keys()) this.add(hashKey(key), first)
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size
  }

  /** @param hash - Of the key, here and below. */
  find(key: string, hash: number): Segment<V> | undefined {
    // There are as many as the bits of the hash can say.
    const words = this.#parts[hash % partCount] as Uint32Array
    if (words.length === 0) return undefined
    for (let word = firstWord(words, hash); ; word = nextWord(words, word)) {
      const number = words[word + 1] as number
      if (number === 0) return undefined
      if (words[word] !== hash) continue
      const segment = this.#segments[number - 1]
      if (segment?.entries.has(key)) return segment
    }
  }

  /** A segment without entries. */
  addSegment(): Segment<V> {
    const number = this.#freeNumbers.pop() ?? this.#segments.length
    const segment = { number, entries: new Map<string, V>() }
    this.#segments[number] = segment
    return segment
  }

  /** Forgets one that has no keys. */
  deleteSegment({ number }: Segment<V>): void {
    this.#segments[number] = undefined
    this.#freeNumbers.push(number)
  }

  /** Adds a key that is not there. */
  add(hash: number, { number }: Segment<V>): void {
    const part = hash % partCount
    const count = (this.#counts[part] as number) + 1
    this.#counts[part] = count
    let words = this.#parts[part] as Uint32Array
    if (3 * count > words.length) {
      words = toTwice(words)
      this.#parts[part] = words
    }
    put(words, hash, number + 1)
    this.#size++
  }

  /** Forgets a key that is there. */
  delete(hash: number, { number }: Segment<V>): void {
    const part = hash % partCount
    const words = this.#parts[part] as Uint32Array
    let word = firstWord(words, hash)
    // Another key of the same hash and segment is as good.
    while (words[word] !== hash || words[word + 1] !== number + 1) word = nextWord(words, word)
    closeGap(words, word)
    this.#counts[part] = (this.#counts[part] as number) - 1
    this.#size--
  }
}

function firstWord(words: Uint32Array, hash: number): number {
  return ((hash >>> partBits) * 2) & (words.length - 1)
}

function nextWord(words: Uint32Array, word: number): number {
  return (word + 2) & (words.length - 1)
}

function put(words: Uint32Array, hash: number, number: number): void {
  let word = firstWord(words, hash)
  while (words[word + 1] !== 0) word = nextWord(words, word)
  words[word] = hash
  words[word + 1] = number
}

function toTwice(words: Uint32Array): Uint32Array {
  const twice = new Uint32Array(Math.max(2 * words.length, leastWords))
  for (let word = 0; word < words.length; word += 2) {
    const number = words[word + 1] as number
    if (number !== 0) put(twice, words[word] as number, number)
  }
  return twice
}

/** Moves those after a gap to where they are found: none is behind a gap that its search begins before. */
function closeGap(words: Uint32Array, gap: number): void {
  const distance = (from: number, to: number) => (to - from) & (words.length - 1)
  let empty = gap
  for (let word = nextWord(words, gap); words[word + 1] !== 0; word = nextWord(words, word)) {
    const hash = words[word] as number
    if (distance(firstWord(words, hash), word) < distance(empty, word)) continue
    words[empty] = hash
    words[empty + 1] = words[word + 1] as number
    empty = word
  }
  words[empty + 1] = 0
}
