import { describeValue } from '../../describe-value.js'
import { type Fault, fault } from '../fault.js'
import { isTooDeep, tooDeep } from '../json-depth.js'
import { JsonGroup } from '../json-group.js'
import { JsonText } from '../json-text.js'
import { StringEncoder } from './text-encoder.js'

/** JSON: whatever `JSON.stringify` takes, as the text that it makes. A string is a JSON string, not JSON text. */
export class JsonEncoder extends StringEncoder {
  /** Values that are yet to be stringified. */
  readonly group: JsonGroup = new JsonGroup()

  override write(row: number, value: unknown): Fault | undefined {
    if (value instanceof JsonText) return this.#writeText(row, value.text)
    let text: string | undefined
    try {
      if (this.group.isOpen && this.group.add(this.entryOffset(row), value)) return undefined
      text = JSON.stringify(value)
    } catch (error) {
      if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') {
        return fault('serialize', tooDeep, error)
      }
      // V8's message where the text would be longer than a string can be.
      const isTooLong = error instanceof RangeError && error.message === 'Invalid string length'
      return fault(isTooLong ? 'too-large' : 'serialize', messageOf(error), error)
    }
    if (text === undefined) {
      return fault('serialize', `expected a value that JSON can hold, got ${describeValue(value)}`)
    }
    if (text === 'null') return fault('serialize', `JSON would make null of ${describeValue(value)}`)
    this.group.learn(text.length)
    return this.#writeText(row, text)
  }

  #writeText(row: number, text: string): Fault | undefined {
    if (isTooDeep(text)) return fault('serialize', tooDeep)
    return this.batch.writeText(this.entryOffset(row), text)
  }
}

function messageOf(error: unknown): string {
  // The first line: V8 draws a circle over several.
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : `threw ${describeValue(error)}`
}
