import { isProxy, isSet } from 'node:util/types'
import { describeNoRow } from '../contract/describe-no-row.js'
import { ArraySource, mostShortRows } from './array-source.js'
import { describeOrigin } from './async-origin.js'
import { AsyncSource } from './async-source.js'
import { ColumnsSource } from './columns-source.js'
import { GrowingSource } from './growing-source.js'
import { IteratorSource } from './iterator-source.js'
import { takeOnce } from './spent-source.js'

export type RowSource = ArraySource | IteratorSource | AsyncSource

/**
 * Attaches to what rows come from, and asks nothing of it yet. A source must be released, or taken to its end.
 *
 * @throws TypeError if `rows` cannot be a source of rows, or was one before and is at its end.
 */
export function createRowSource(rows: unknown): RowSource {
  // What a proxy says its length is may be anything; its iterator asks for it each time.
  if (Array.isArray(rows) && !isProxy(rows)) return new ArraySource(rows)
  if (isShortSet(rows)) return new ArraySource([...rows])
  if (rows instanceof GrowingSource) return rows
  if (typeof rows !== 'object' || rows === null || ArrayBuffer.isView(rows))
    throw notRows(describeNoRow(rows))
  if (rows instanceof Map) throw notRows('a Map, whose rows are its values(): pass `map.values()`')
  takeOnce(rows)
  const origin = describeOrigin(rows)
  if (origin !== undefined) return new AsyncSource(origin)
  const { [Symbol.iterator]: iterate }: Partial<Iterable<unknown>> = rows
  if (typeof iterate === 'function') return new IteratorSource(iterate.call(rows as Iterable<unknown>))
  if (Object.hasOwn(rows, 'columns'))
    return new ColumnsSource((rows as { readonly columns: unknown }).columns)
  const hint = isPlainObject(rows) ? ': put a single row into an array' : ''
  throw notRows(`${describeNoRow(rows)}${hint}`)
}

/** Whether it is a Set whose rows are all there: a subclass may give others. */
function isShortSet(rows: unknown): rows is ReadonlySet<unknown> {
  return isSet(rows) && rows.size <= mostShortRows && rows[Symbol.iterator] === Set.prototype[Symbol.iterator]
}

function notRows(got: string): TypeError {
  return new TypeError(`Expected \`rows\` to be an iterable or async iterable of objects, got ${got}`)
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
