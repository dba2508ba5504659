import { types } from 'node:util'

/** What a key or a value is to abstract-level. */
export type LevelData = string | Buffer | Uint8Array

const ascii = /^[\0-\x7f]*$/

/**
 * The key of the store: a character for each byte of the key's UTF-8, which is the key itself where it is ASCII. So keys are in
 * the order of their bytes, as in LevelDB, and may be any bytes.
 */
export function toStoreKey(key: LevelData): string {
  if (typeof key !== 'string') return asBuffer(key).toString('latin1')
  return ascii.test(key) ? key : Buffer.from(key).toString('latin1')
}

/** @param format - `utf8`, `buffer` or `view`. */
export function fromStoreKey(key: string, format: unknown): LevelData {
  if (format === 'utf8' && ascii.test(key)) return key
  return toFormat(Buffer.from(key, 'latin1'), format)
}

/** A string for UTF-8, where what has no UTF-8 is replaced. */
export function toStoreValue(value: LevelData): string | Uint8Array {
  return typeof value === 'string' ? value.toWellFormed() : value
}

/** The value in a format, whatever it was when it was put. What others have set in the table is JSON. */
export function fromStoreValue(value: unknown, format: unknown): LevelData {
  if (types.isUint8Array(value)) return toFormat(asBuffer(value), format)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return format === 'utf8' ? text : toFormat(Buffer.from(text), format)
}

function toFormat(bytes: Buffer, format: unknown): LevelData {
  if (format === 'utf8') return bytes.toString()
  return format === 'buffer' ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
