import { types } from 'node:util'
import { isTooDeep } from '../encode/json-depth.js'
import { JsonText } from '../encode/json-text.js'
import { toJson } from '../encode/to-json.js'
import { Expiring, type Stored } from './expiring.js'

/**
 * What JSON has no place for is saved in an envelope, an object with this one property:
 *
 * | what                       | its text                                                       |
 * | -------------------------- | -------------------------------------------------------------- |
 * | bytes                      | `{"$duckpaddle":{"bytes":"AQID"}}`, in base64                  |
 * | a value that expires       | `{"$duckpaddle":{"expiresAt":1798761600000,"value":{"a":1}}}`  |
 * | bytes that expire          | `{"$duckpaddle":{"expiresAt":1798761600000,"bytes":"AQID"}}`   |
 * | an object that looks alike | `{"$duckpaddle":{"value":{"$duckpaddle":...}}}`                |
 * | nested to the last level   | `{"$duckpaddle":{"expiresAt":1798761600000,"json":"[[[...]]]"}}` |
 *
 * An envelope is text that is exactly so: whatever else has such a property is a value of its own.
 */
const property = '$duckpaddle'

const opening = `{"${property}":{`
const envelope = /^\{"\$duckpaddle":\{(?:"expiresAt":(\d{1,16}),)?"(value|bytes|json)":/

/** Whether the text of a value is another than its JSON. */
export function needsEnvelope(stored: unknown): boolean {
  if (typeof stored !== 'object' || stored === null || stored instanceof JsonText) return false
  return stored instanceof Expiring || types.isUint8Array(stored) || Object.hasOwn(stored, property)
}

/** @throws TypeError where a value has no JSON any more: it was looked at when it was set, and may have changed since. */
export function toStoredText(stored: unknown): string {
  if (stored instanceof JsonText) return stored.text
  if (!needsEnvelope(stored)) return toText(stored)
  const { value, expiresAt } = stored instanceof Expiring ? stored : { value: stored, expiresAt: undefined }
  const time = expiresAt === undefined ? '' : `"expiresAt":${expiresAt},`
  if (!types.isUint8Array(value)) {
    const text = toText(value)
    const whole = `${opening}${time}"value":${text}}}`
    return isTooDeep(whole) ? `${opening}${time}"json":${JSON.stringify(text)}}}` : whole
  }
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return `${opening}${time}"bytes":"${bytes.toString('base64')}"}}`
}

/** What the text stands for, which is JSON; undefined where that is nested too deep. */
export function fromStoredText<T>(text: string): Stored<T | JsonText> | undefined {
  const opened = envelope.exec(text)
  if (opened === null || !text.endsWith('}}')) return isTooDeep(text) ? undefined : new JsonText(text)
  const [start, expiresAt, kind] = opened
  const inner = text.slice(start.length, -2)
  if (isTooDeep(inner)) return undefined
  const content = parseContent(kind, inner)
  if (content === undefined) return isTooDeep(text) ? undefined : new JsonText(text)
  // Its writer's word for what it is.
  const value = content as T
  return expiresAt === undefined ? value : new Expiring(value, Number(expiresAt))
}

function toText(value: unknown): string {
  const text = toJson(value)
  if (typeof text !== 'string') throw new TypeError(`The value is no JSON any more: ${text.reason}`)
  return text
}

/** Undefined where it is none. */
function parseContent(kind: string | undefined, text: string): unknown {
  if (kind === 'bytes') return parseBytes(text)
  const value = parseJson(text)
  if (kind === 'value') return value
  return typeof value === 'string' && !isTooDeep(value) ? parseJson(value) : undefined
}

function parseBytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text.slice(1, -1), 'base64')
  // Whatever is no base64 is left out of what is decoded.
  const isWhole = text === `"${bytes.toString('base64')}"`
  return isWhole ? new Uint8Array(bytes) : undefined
}

/** Undefined where it is no JSON: the text is that of several properties. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
