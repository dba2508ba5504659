import { isAnyArrayBuffer, isDataView, isPromise, isUint8Array } from 'node:util/types'
import { describeValue } from './describe-value.js'

/** What was given in place of rows, or of a row, as it appears in a message: with what to do about it. */
export function describeNoRow(value: unknown): string {
  if (typeof value === 'string') return `${describeValue(value)}: this is text, and no rows: parse it first`
  if (typeof value === 'function') return 'a function: call it, and pass what it returns'
  const bytes = nameOfBytes(value)
  if (bytes !== undefined) return `${bytes}: these are bytes, and no rows: parse them first`
  if (Array.isArray(value)) return 'an Array: a row has its columns by their names'
  if (isPromise(value)) return 'a Promise: await it first'
  return describeValue(value)
}

function nameOfBytes(value: unknown): string | undefined {
  if (Buffer.isBuffer(value)) return 'a Buffer'
  if (isUint8Array(value)) return 'a Uint8Array'
  if (isDataView(value)) return 'a DataView'
  if (isAnyArrayBuffer(value)) return 'an ArrayBuffer'
  return value instanceof Blob ? 'a Blob' : undefined
}
