import type { QueryValue } from '../../../protocol/query-value.js'
import { mostLevels } from '../../../values/most-levels.js'
import { setOwn } from '../../../values/set-own.js'
import { uniqueNames } from '../../../values/unique-names.js'
import { PersistenceError } from '../../contract/persistence-error.js'
import { createObjectMaker } from '../object-maker.js'
import { orNull, type ReadAt, type VectorDecoder } from '../vector-decoder.js'

/** A LIST as an array. @param level - Arrays and objects that its items are in, itself among them. */
export function decodeLists(decodeItem: VectorDecoder, level: number): VectorDecoder {
  return (source) => {
    const place = source.next()
    const entries = new Uint32Array(place.buffer, place.data, 4 * place.count)
    const readItem = decodeItem(source)
    return orNull(place, (index) => {
      checkLevel(level)
      return readItems(readItem, entries[4 * index] as number, entries[4 * index + 2] as number)
    })
  }
}

/** An ARRAY as an array. */
export function decodeArrays(decodeItem: VectorDecoder, length: number, level: number): VectorDecoder {
  return (source) => {
    const place = source.next()
    const readItem = decodeItem(source)
    return orNull(place, (index) => {
      checkLevel(level)
      return readItems(readItem, index * length, length)
    })
  }
}

/**
 * A STRUCT as an object; one whose fields have no names, such as `row(1, 2)`, as an array.
 *
 * @param isLarge - Whether the result has many rows.
 */
export function decodeStructs(
  names: readonly string[],
  fields: readonly VectorDecoder[],
  isLarge: boolean,
  level: number,
): VectorDecoder {
  const isUnnamed = names.length > 0 && names.every((name) => name === '')
  const makeObject = createObjectMaker(uniqueNames(names), isLarge && !isUnnamed)
  return (source) => {
    const place = source.next()
    const readers = fields.map((field) => field(source))
    return orNull(place, (index) => {
      checkLevel(level)
      return isUnnamed ? readers.map((read) => read(index)) : makeObject(readers, index)
    })
  }
}

/** A MAP, which is a LIST of STRUCTs, as an array of `{ key, value }`: its keys may be of any type. */
export function decodeMaps(
  key: VectorDecoder,
  value: VectorDecoder,
  isLarge: boolean,
  level: number,
): VectorDecoder {
  return decodeLists(decodeStructs(['key', 'value'], [key, value], isLarge, level + 1), level)
}

/** A UNION as an object with the tag as its only key. */
export function decodeUnions(
  tags: readonly string[],
  members: readonly VectorDecoder[],
  level: number,
): VectorDecoder {
  return (source) => {
    const place = source.next()
    const readers = members.map((member) => member(source))
    return orNull(place, (index) => {
      const tag = place.bytes[place.data + index] ?? 0
      const name = tags[tag]
      if (name === undefined) return null
      checkLevel(level)
      const value: Record<string, QueryValue> = {}
      setOwn(value, name, readers[tag]?.(index) ?? null)
      return value
    })
  }
}

function readItems(readItem: ReadAt, start: number, length: number): QueryValue[] {
  const items: QueryValue[] = []
  for (let item = start; item < start + length; item++) items.push(readItem(item))
  return items
}

function checkLevel(level: number): void {
  if (level <= mostLevels) return
  throw new PersistenceError('PERSIST_QUERY_FAILED', `A value is nested more than ${mostLevels} levels deep`)
}
