import type { VectorSize } from '../../src/protocol/batch-layout.js'

/** Vectors of columns whose values take so many bytes each. */
export function vectorSizes(bytes: readonly number[]): VectorSize[] {
  return bytes.map((width) => ({ bytes: width, perRow: 1 }))
}
