import { JsonText } from '../json-text.js'
import { ParseProblem } from './parse-problem.js'

/** A surrogate as an escape, which is not of a pair. */
const loneSurrogate =
  /(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB][\da-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F])/

/** Reads JSON text, which is kept as it is. */
export function parseJsonText(text: string): unknown {
  try {
    JSON.parse(text)
  } catch {
    return new ParseProblem('type', 'JSON text', text)
  }
  if (text.includes('\\u') && loneSurrogate.test(text)) {
    return new ParseProblem('serialize', 'JSON text without lone surrogates', text)
  }
  return new JsonText(text)
}
