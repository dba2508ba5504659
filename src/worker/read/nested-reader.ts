import type { Vector } from '@duckdb/node-bindings'
import type { QueryValue } from '../../protocol/query-value.js'
import { setOwn } from '../../values/set-own.js'
import { uniqueNames } from '../../values/unique-names.js'
import { duckdb } from '../instance/duckdb.js'
import type { Tally } from './reading-context.js'
import { entriesOf, validityOf } from './vector-memory.js'
import type { ReadAt, VectorReader } from './vector-reader.js'

/** About what an item of an array or an object takes. */
const itemBytes = 16

/** Where a nested value is. */
interface Shape {
  readonly tally: Tally
  /** Arrays and objects that its items are in, itself among them. */
  readonly level: number
}

/** A LIST as an array. */
export function readList(reader: VectorReader, { tally, level }: Shape): VectorReader {
  return (vector, count) => {
    const isValid = validityOf(vector, count)
    const entries = entriesOf(vector, count)
    const readItem = reader(duckdb.list_vector_get_child(vector), duckdb.list_vector_get_size(vector))
    return (index) => {
      if (!isValid(index)) return null
      tally.recordLevels(level)
      const { start, length } = entries(index)
      return readItems(readItem, start, length, tally)
    }
  }
}

/** An ARRAY as an array. */
export function readArray(reader: VectorReader, length: number, { tally, level }: Shape): VectorReader {
  return (vector, count) => {
    const isValid = validityOf(vector, count)
    const readItem = reader(duckdb.array_vector_get_child(vector), count * length)
    return (index) => {
      if (!isValid(index)) return null
      tally.recordLevels(level)
      return readItems(readItem, index * length, length, tally)
    }
  }
}

/** A STRUCT as an object; one whose fields have no names, such as `row(1, 2)`, as an array. */
export function readStruct(
  names: readonly string[],
  readers: readonly VectorReader[],
  { tally, level }: Shape,
): VectorReader {
  const isUnnamed = names.length > 0 && names.every((name) => name === '')
  const keys = uniqueNames(names)
  return (vector, count) => {
    const isValid = validityOf(vector, count)
    const fields = readChildren(vector, readers, 0, count)
    return (index) => {
      if (!isValid(index)) return null
      tally.recordLevels(level)
      tally.bytes += itemBytes * fields.length
      if (isUnnamed) return fields.map((readField) => readField(index))
      const value: Record<string, QueryValue> = {}
      for (let field = 0; field < fields.length; field++) {
        setOwn(value, keys[field] ?? '', fields[field]?.(index) ?? null)
      }
      return value
    }
  }
}

/** A MAP, which is a LIST of STRUCTs, as an array of `{ key, value }`: its keys may be of any type. */
export function readMap(key: VectorReader, value: VectorReader, { tally, level }: Shape): VectorReader {
  const entry = readStruct(['key', 'value'], [key, value], { tally, level: level + 1 })
  return readList(entry, { tally, level })
}

/** A UNION as an object with the tag as its only key. */
export function readUnion(
  tags: readonly string[],
  readers: readonly VectorReader[],
  { tally, level }: Shape,
): VectorReader {
  return (vector, count) => {
    const isValid = validityOf(vector, count)
    // The first child is the tag.
    const tagBytes = duckdb.vector_get_data(duckdb.struct_vector_get_child(vector, 0), count)
    const members = readChildren(vector, readers, 1, count)
    return (index) => {
      const tag = tagBytes[index] ?? 0
      const name = tags[tag]
      if (!isValid(index) || name === undefined) return null
      tally.recordLevels(level)
      tally.bytes += itemBytes
      const value: Record<string, QueryValue> = {}
      setOwn(value, name, members[tag]?.(index) ?? null)
      return value
    }
  }
}

function readItems(readItem: ReadAt, start: number, length: number, tally: Tally): QueryValue[] {
  tally.bytes += itemBytes * length
  const items: QueryValue[] = []
  for (let item = start; item < start + length; item++) items.push(readItem(item))
  return items
}

function readChildren(
  vector: Vector,
  readers: readonly VectorReader[],
  first: number,
  count: number,
): ReadAt[] {
  return readers.map((reader, index) => reader(duckdb.struct_vector_get_child(vector, first + index), count))
}
