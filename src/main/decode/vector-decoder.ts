import type { QueryValue } from '../../protocol/query-value.js'
import type { ValueContext } from '../../values/value-context.js'
import type { VectorPlace, VectorSource } from './vector-source.js'

/** The value at a position of a vector. `docs/api.md` has the table. */
export type ReadAt = (index: number) => QueryValue

/** Takes a vector, and those inside of it, to read their values one by one. */
export type VectorDecoder = (source: VectorSource) => ReadAt

/** What the decoders of a column share. */
export interface DecodingContext extends ValueContext {
  /** Counts the bytes of texts that were decoded. */
  readonly tally: TextTally
  /** Whether the result has many rows: time to prepare for them is made up for. */
  readonly isLarge: boolean
}

export interface TextTally {
  bytes: number
}

/** How a vector of values without values inside of them is read. @param open - What reads a value that is not NULL. */
export function decodeItems(open: (place: VectorPlace) => ReadAt): VectorDecoder {
  return (source) => {
    const place = source.next()
    return orNull(place, open(place))
  }
}

/** Reads null where a value is NULL. */
export function orNull({ validity }: VectorPlace, read: ReadAt): ReadAt {
  if (validity === undefined) return read
  return (index) => (((validity[index >> 3] ?? 0) & (1 << (index & 7))) === 0 ? null : read(index))
}
