import { types } from 'node:util'
import { toVisible } from '../../protocol/visible-text.js'
import { describeError, describeValue } from '../contract/describe-value.js'
import { inspectJson } from '../encode/json-problem.js'

/**
 * The value as JSON will have it: itself where JSON holds it as it is, else what JSON makes of it, such as the ISO
 * string of a Date. Bytes are a value, too; a Buffer is a `Uint8Array` of the same memory.
 *
 * @throws TypeError, naming the key, for what JSON has no place for; see `findJsonProblem`.
 */
export function toJsonValue<T>(key: string, value: T): T {
  if (types.isUint8Array(value)) return toBytes(value) as T
  const { problem, isChanged } = read(key, () => inspectJson(value))
  if (problem !== undefined) {
    const { reason, path } = problem
    throw refuse(key, path === '' ? reason : `${reason} at \`${toVisible(`value${path}`, 200)}\``)
  }
  return isChanged ? read(key, () => JSON.parse(JSON.stringify(value))) : value
}

function toBytes(value: Uint8Array): Uint8Array {
  if (Object.getPrototypeOf(value) === Uint8Array.prototype) return value
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** Getters and `toJSON()` may throw. */
function read<Result>(key: string, task: () => Result): Result {
  try {
    return task()
  } catch (error) {
    throw refuse(key, `reading it threw ${describeError(error)}`, error)
  }
}

function refuse(key: string, reason: string, cause?: unknown): TypeError {
  return new TypeError(`Expected the value of ${describeValue(key)} to be JSON: ${reason}`, { cause })
}
