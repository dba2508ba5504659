import { type EncodeError, encodeError } from '../encode-error.js'
import { isDetached } from '../is-detached.js'
import { lengthOf } from '../own-slots.js'
import { inside } from './inside.js'
import type { VectorWriter } from './vector-writer.js'

/** What is wrong with a typed array, before its numbers are looked at. */
export function findNumbersProblem(values: NodeJS.TypedArray): EncodeError | undefined {
  if (lengthOf(values) > 0 || !isDetached(values)) return undefined
  return encodeError('type', 'the numbers are gone: their buffer was transferred, or has become shorter')
}

/** Writes the numbers of a typed array as the values from `first` on. */
export function writeNumbers(
  item: VectorWriter,
  values: NodeJS.TypedArray,
  first: number,
): EncodeError | undefined {
  if (item.numbers.copy(first, values)) return undefined
  const count = lengthOf(values)
  for (let position = 0; position < count; position++) {
    const problem = item.write(first + position, values[position])
    if (problem !== undefined) return inside(`[${position}]`, item.type, problem)
  }
  return undefined
}
