import type { ColumnTypeName } from '../../../protocol/column-type.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { isDetached } from '../is-detached.js'
import { lengthOf } from '../own-slots.js'
import type { Segment } from '../segment.js'
import { inside } from './inside.js'
import type { VectorWriter } from './vector-writer.js'

type Numbers = NodeJS.TypedArray

/** The arrays of which no number can be wrong for a type, by what the values of that type are written through. */
interface Copying {
  readonly target: (segment: Segment) => Numbers
  readonly sources: ReadonlySet<string>
}

const [bytes, shorts] = [
  ['Uint8Array', 'Uint8ClampedArray'],
  ['Int8Array', 'Uint8Array', 'Uint8ClampedArray'],
]
const words = [...shorts, 'Int16Array', 'Uint16Array']

const copyings: ReadonlyMap<ColumnTypeName, Copying> = new Map([
  ['TINYINT', copying((segment) => segment.int8, ['Int8Array'])],
  ['UTINYINT', copying((segment) => segment.int8, bytes)],
  ['SMALLINT', copying((segment) => segment.int16, [...shorts, 'Int16Array'])],
  ['USMALLINT', copying((segment) => segment.int16, [...bytes, 'Uint16Array'])],
  ['INTEGER', copying((segment) => segment.int32, [...words, 'Int32Array'])],
  ['UINTEGER', copying((segment) => segment.int32, [...bytes, 'Uint16Array', 'Uint32Array'])],
  ['BIGINT', copying((segment) => segment.bigint64, ['BigInt64Array'])],
  ['UBIGINT', copying((segment) => segment.bigint64, ['BigUint64Array'])],
  ['FLOAT', copying((segment) => segment.float32, [...words, 'Float32Array'])],
  [
    'DOUBLE',
    copying(
      (segment) => segment.float64,
      [...words, 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'],
    ),
  ],
])

function copying(target: Copying['target'], sources: readonly string[]): Copying {
  return { target, sources: new Set(sources) }
}

/**
 * Copies the numbers from `start` to `end` of a typed array to the values from `index` on of a vector, as memory.
 *
 * @param valueOffset - Of the vector (bytes).
 * @returns false, and nothing is written, where a number may be wrong for the type.
 */
export function copyNumbers(
  { name, bytes: width }: { readonly name: ColumnTypeName; readonly bytes: number },
  segment: Segment,
  valueOffset: number,
  index: number,
  values: Numbers,
): boolean {
  const copied = copyings.get(name)
  if (copied?.sources.has(kindOf(values)) !== true) return false
  // Both of them: TypeScript does not know that numbers go with numbers, and bigints with bigints.
  const target = copied.target(segment) as Float64Array
  target.set(values as Float64Array, valueOffset / width + index)
  return true
}

/**
 * Writes a value for each number of a typed array.
 *
 * @param makeRoom - For so many values; returns the index of the first, or why there is none.
 */
export function writeNumbers(
  item: VectorWriter,
  values: Numbers,
  makeRoom: (count: number) => number | EncodeError,
): EncodeError | undefined {
  if (isDetached(values)) {
    return encodeError('type', 'the numbers are gone: their buffer was transferred, or has become shorter')
  }
  const count = lengthOf(values)
  const first = makeRoom(count)
  if (typeof first !== 'number') return first
  const { node, segment, valueOffset } = item
  if (count === 0) return undefined
  const type = { name: node.type.name, bytes: node.bytes }
  if (copyNumbers(type, segment, valueOffset, first, values)) return undefined
  for (let position = 0; position < count; position++) {
    const problem = item.write(first + position, values[position])
    if (problem !== undefined) return inside(`[${position}]`, item.type, problem)
  }
  return undefined
}

/** Its own name of its kind, which a subclass has as well. */
function kindOf(values: Numbers): string {
  return String(Reflect.apply(getKind, values, []))
}

const getKind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => unknown
