import { stringEntryBytes } from '../../../protocol/column-type.js'

/** Strings that are kept to be found again. */
const slots = 256
/** After so many strings of which few were found, none is looked for any more. */
const trial = 1024

/**
 * Makes strings of entries that hold them, and the same string of the same bytes: a column of few different values takes
 * the memory of these alone.
 *
 * A string is cut out of one string of all entries. V8 copies what has less than 13 characters, so that none keeps the
 * others alive; a call for each to decode its bytes takes five times as long.
 */
export class ShortTexts {
  readonly #words = new Uint32Array(4 * slots)
  readonly #texts: (string | undefined)[] = new Array(slots).fill(undefined)
  #looked = 0
  #found = 0

  /**
   * @param words - Of all entries.
   * @param entries - The bytes of all entries.
   */
  read(words: Uint32Array, index: number, entries: string): string {
    if (this.#looked >= trial && this.#found * 2 < this.#looked) return cut(words, index, entries)
    const word = 4 * index
    const [length, first, second, third] = [
      words[word] as number,
      words[word + 1] as number,
      words[word + 2] as number,
      words[word + 3] as number,
    ]
    const hash = Math.imul(first ^ Math.imul(second ^ third, 0x85ebca6b) ^ length, 0x9e3779b1)
    const slot = (hash >>> 16) % slots
    const kept = this.#words
    const keptWord = 4 * slot
    const text = this.#texts[slot]
    this.#looked++
    if (
      text !== undefined &&
      kept[keptWord] === length &&
      kept[keptWord + 1] === first &&
      kept[keptWord + 2] === second &&
      kept[keptWord + 3] === third
    ) {
      this.#found++
      return text
    }
    kept.set(words.subarray(word, word + 4), keptWord)
    const made = cut(words, index, entries)
    this.#texts[slot] = made
    return made
  }
}

function cut(words: Uint32Array, index: number, entries: string): string {
  const start = stringEntryBytes * index + 4
  return entries.substring(start, start + (words[4 * index] as number))
}
