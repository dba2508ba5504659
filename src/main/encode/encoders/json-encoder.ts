import { describeError, describeValue } from '../../contract/describe-value.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { isTooDeep, tooDeep } from '../json-depth.js'
import { JsonGroup } from '../json-group.js'
import { findJsonProblem } from '../json-problem.js'
import { JsonText } from '../json-text.js'
import { parseJsonText } from '../parsers/parse-json-text.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { isPlainJson } from '../plain-json.js'
import { toJson } from '../to-json.js'
import { StringEncoder } from './text-encoder.js'

/** JSON: the text of whatever JSON holds as a whole. A string is a JSON string, not JSON text. */
export class JsonEncoder extends StringEncoder {
  readonly parse: TextParser = parseJsonText

  /** Values that are yet to be stringified. */
  readonly group: JsonGroup = new JsonGroup()

  override write(row: number, value: unknown): EncodeError | undefined {
    if (value instanceof JsonText) return this.#writeText(row, value.text)
    try {
      if (this.group.isOpen && mayJoin(value)) {
        this.group.add(this.entryOffset(row), value)
        return undefined
      }
      return this.#writeAlone(row, value)
    } catch (error) {
      if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') {
        return encodeError('serialize', tooDeep, error)
      }
      // V8's message where the text would be longer than a string can be.
      const isTooLong = error instanceof RangeError && error.message === 'Invalid string length'
      return encodeError(isTooLong ? 'too-large' : 'serialize', messageOf(error), error)
    }
  }

  #writeAlone(row: number, value: unknown): EncodeError | undefined {
    const text = toJson(value)
    if (typeof text !== 'string') {
      const { reason, path } = text
      return { code: 'serialize', reason: `expected a value that JSON holds: ${reason}`, path }
    }
    if (text === 'null') return encodeError('serialize', `JSON would make null of ${describeValue(value)}`)
    this.group.learn(text.length)
    return this.#writeText(row, text)
  }

  #writeText(row: number, text: string): EncodeError | undefined {
    if (isTooDeep(text)) return encodeError('serialize', tooDeep)
    return this.batch.writeText(this.segment, this.entryOffset(row), text)
  }
}

/** Whether JSON holds the value, and is to be made of it in an array of ours: toJSON() would get its place. */
function mayJoin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isPlainJson(value) || (!('toJSON' in value) && findJsonProblem(value) === undefined)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? describeError(error) : `threw ${describeValue(error)}`
}
