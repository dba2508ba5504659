import { describeValue } from '../../contract/describe-value.js'
import type { EncodeErrorCode } from '../../contract/rejection.js'
import { type EncodeError, encodeError } from '../encode-error.js'

/**
 * Makes of a text what the encoder of its column takes, or says why it does not. A text that it returns as it is, the
 * encoder decides about.
 */
export type TextParser = (text: string) => unknown

/** Why a text is not read. */
export class ParseProblem {
  readonly error: EncodeError

  /** @param expected - Completes "expected ..., got '12.5' (string)". */
  constructor(code: EncodeErrorCode, expected: string, text: string) {
    this.error = encodeError(code, `expected ${expected}, got ${describeValue(text)}`)
  }
}
