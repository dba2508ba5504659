import type { ColumnTypeName } from '../../protocol/column-type.js'
import type { Segment } from './segment.js'

type Numbers = NodeJS.TypedArray

/** The arrays of which no number can be wrong for a type, and what the values of that type are written through. */
interface Copying {
  readonly width: number
  readonly target: (segment: Segment) => Numbers
  readonly sources: readonly string[]
}

const unsignedBytes = ['Uint8Array', 'Uint8ClampedArray']
const bytes = ['Int8Array', ...unsignedBytes]
const words = [...bytes, 'Int16Array', 'Uint16Array']
const doubles = [...words, 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array']

const copyings: Readonly<Partial<Record<ColumnTypeName, Copying>>> = {
  TINYINT: { width: 1, target: ({ int8 }) => int8, sources: ['Int8Array'] },
  UTINYINT: { width: 1, target: ({ int8 }) => int8, sources: unsignedBytes },
  SMALLINT: { width: 2, target: ({ int16 }) => int16, sources: [...bytes, 'Int16Array'] },
  USMALLINT: { width: 2, target: ({ int16 }) => int16, sources: [...unsignedBytes, 'Uint16Array'] },
  INTEGER: { width: 4, target: ({ int32 }) => int32, sources: [...words, 'Int32Array'] },
  UINTEGER: {
    width: 4,
    target: ({ int32 }) => int32,
    sources: [...unsignedBytes, 'Uint16Array', 'Uint32Array'],
  },
  BIGINT: { width: 8, target: ({ bigint64 }) => bigint64, sources: ['BigInt64Array'] },
  UBIGINT: { width: 8, target: ({ bigint64 }) => bigint64, sources: ['BigUint64Array'] },
  FLOAT: { width: 4, target: ({ float32 }) => float32, sources: [...words, 'Float32Array'] },
  DOUBLE: { width: 8, target: ({ float64 }) => float64, sources: doubles },
}

/** Copies the numbers of typed arrays to a vector, as memory. */
export class NumberCopier {
  readonly #copying: Copying | undefined
  #target: Float64Array = new Float64Array()
  #base = 0

  constructor(type: ColumnTypeName) {
    this.#copying = copyings[type]
  }

  /** From now on numbers go into a segment. @param valueOffset - Of the vector's first value (bytes). */
  attach(segment: Segment, valueOffset: number): void {
    if (this.#copying === undefined) return
    // One of all: TypeScript does not know that numbers go with numbers, and bigints with bigints.
    this.#target = this.#copying.target(segment) as Float64Array
    this.#base = valueOffset / this.#copying.width
  }

  /**
   * Writes the numbers as the values from `index` on, which there must be.
   *
   * @returns false, and nothing is written, where a number may be wrong for the type.
   */
  copy(index: number, values: Numbers): boolean {
    if (this.#copying?.sources.includes(kindOf(values)) !== true) return false
    this.#target.set(values as Float64Array, this.#base + index)
    return true
  }
}

const getKind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string

/** The name of its kind, whatever a subclass calls itself. */
function kindOf(values: Numbers): string {
  return Reflect.apply(getKind, values, [])
}
