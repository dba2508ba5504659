import { describeValue } from '../contract/describe-value.js'
import { findJsonProblem, type JsonProblem, loneSurrogate } from './json-problem.js'
import { isPlainJson } from './plain-json.js'

/** What `JSON.stringify` makes of a lone surrogate begins so. */
const escapedSurrogate = '\\ud'
/** The backslash must not be escaped itself, as in the text of `'\\ud83d'`. */
const loneSurrogatePattern = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

/**
 * The JSON of a value that JSON holds as a whole, or what is wrong with it.
 *
 * @throws what the value's getters and `toJSON()` throw, and V8's RangeErrors where text or stack do not suffice.
 */
export function toJson(value: unknown): string | JsonProblem {
  const problem = isPlainJson(value) ? undefined : findJsonProblem(value)
  if (problem !== undefined) return problem
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) return { reason: `got ${describeValue(value)}`, path: '' }
  if (!mayHaveLoneSurrogate(text) || !loneSurrogatePattern.test(text)) return text
  return findJsonProblem(value) ?? { reason: loneSurrogate, path: '' }
}

/** Whether it is worth a closer look. */
export function mayHaveLoneSurrogate(text: string): boolean {
  return text.includes(escapedSurrogate)
}
