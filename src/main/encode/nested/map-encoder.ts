import { isMap } from 'node:util/types'
import { formatPlace } from '../../../protocol/format-path.js'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'
import { encodedText } from './encoded-text.js'
import { inside } from './inside.js'
import { ItemWriter } from './item-writer.js'
import type { VectorWriter } from './vector-writer.js'

type Entry = readonly [key: unknown, value: unknown]

/** MAP: a LIST of keys and values. Keys differ, and are not NULL, which DuckDB does not look at where it is appended to. */
export class MapEncoder implements ColumnEncoder {
  readonly #items: ItemWriter
  readonly #key: VectorWriter
  /** Of an object, whose keys are texts, whatever the type of the MAP's. */
  readonly #textKey: VectorWriter
  readonly #value: VectorWriter
  readonly #isTextKey: boolean
  #batch: Batch | undefined

  constructor(key: VectorWriter, textKey: VectorWriter, value: VectorWriter) {
    this.#key = key
    this.#textKey = textKey
    this.#value = value
    this.#isTextKey = key.node.type.name === 'VARCHAR'
    this.#items = new ItemWriter([key, textKey, value], key.node.segment)
  }

  attach(segment: Segment, valueOffset: number, batch: Batch): void {
    this.#batch = batch
    this.#items.attach(segment, valueOffset, batch)
  }

  write(index: number, value: unknown): EncodeError | undefined {
    this.#items.begin(index)
    const isEntries = Array.isArray(value)
    const problem = isEntries ? this.#writeEntries(value) : this.#writeOther(value)
    if (problem !== undefined) return problem
    this.#items.end(index)
    // A Map and an object have no text twice.
    return this.#isTextKey && !isEntries ? undefined : this.#findTwice()
  }

  writeNull(index: number): void {
    this.#items.begin(index)
    this.#items.end(index)
  }

  #writeEntries(entries: readonly unknown[]): EncodeError | undefined {
    const { length } = entries
    for (let position = 0; position < length; position++) {
      const entry = toEntry(entries[position])
      if (entry === undefined) return notAMap(entries)
      const problem = this.#writeEntry(this.#key, entry, position)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #writeOther(value: unknown): EncodeError | undefined {
    if (isMap(value)) {
      let position = 0
      // Its own iterator: another may be anything.
      for (const entry of Map.prototype.entries.call(value) as IterableIterator<Entry>) {
        const problem = this.#writeEntry(this.#key, entry, position++)
        if (problem !== undefined) return problem
      }
      return undefined
    }
    if (!isRecord(value)) return notAMap(value)
    for (const [position, name] of Object.keys(value).entries()) {
      const content = value[name]
      if (content === undefined) continue
      const problem = this.#writeEntry(this.#textKey, [name, content], position)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #writeEntry(key: VectorWriter, entry: Entry, position: number): EncodeError | undefined {
    const [name, content] = entry
    const place = formatPlace(typeof name === 'string' ? name : position)
    if (name === null || name === undefined) {
      return inside(place, key.type, encodeError('not-null', 'a MAP has no NULL among its keys'))
    }
    const problem = this.#items.addRoom() ?? key.write(this.#items.last, name)
    if (problem !== undefined) return inside(place, key.type, problem)
    const wrong = this.#value.write(this.#items.last, content)
    return wrong && inside(place, this.#value.type, wrong)
  }

  /** By what is written, for there is more than one way to say a value. */
  #findTwice(): EncodeError | undefined {
    const { first, last } = this.#items
    if (last - first < 1) return undefined
    this.#batch?.settleTexts()
    const seen = new Set<string>()
    for (let item = first; item <= last; item++) {
      const text = encodedText(this.#batch, this.#key.node, item)
      if (seen.has(text)) {
        return inside(`[${item - first}]`, this.#key.type, encodeError('range', 'the MAP has this key twice'))
      }
      seen.add(text)
    }
    return undefined
  }
}

/** `[key, value]`, or `{ key, value }` as `query()` reads one. */
function toEntry(entry: unknown): Entry | undefined {
  if (Array.isArray(entry)) return entry.length === 2 ? [entry[0], entry[1]] : undefined
  if (!isRecord(entry)) return undefined
  const names = Object.keys(entry)
  const { key, value } = entry
  return names.length === 2 && names.includes('key') && names.includes('value') ? [key, value] : undefined
}

/** An object whose properties are what it has. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function notAMap(value: unknown): EncodeError {
  const expected = 'a Map, an array of [key, value], or an object'
  return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
}
