import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeNoRow } from '../contract/describe-no-row.js'
import { describeError } from '../contract/describe-value.js'
import type { EncodeErrorCode } from '../contract/rejection.js'
import type { EncodeError } from './encode-error.js'

/** Why a row is not written: like a rejection, less the row's index. */
export interface RowError {
  readonly code: EncodeErrorCode
  readonly column?: string
  /** Where it is in a value that is nested; begins with the column. */
  readonly path?: string
  readonly message: string
  readonly cause?: unknown
}

/** The longest that a type and a path are in a message, in characters. */
const [longestType, longestPath] = [60, 200]

/** A getter may give more bytes each time that it is asked. */
export const growingRow: RowError = {
  code: 'serialize',
  message: 'The row has more bytes each time that it is read',
}

export function notARow(row: unknown): RowError {
  return { code: 'type', message: `Expected a row as an object, got ${describeNoRow(row)}` }
}

/** @param type - The column's, as SQL. */
export function columnError(
  column: string,
  type: string,
  { code, reason, path, cause }: EncodeError,
): RowError {
  const message = `Column ${quoteName(column)} (${toVisible(type, longestType)}): ${reason}`
  if (path === undefined || path === '') return { code, column, message, cause }
  const fullPath = column + path
  return {
    code,
    column,
    path: fullPath,
    message: `${message} at \`${toVisible(fullPath, longestPath)}\``,
    cause,
  }
}

export function unknownColumn(name: string): RowError {
  return { code: 'unknown-column', column: name, message: `The table has no column ${quoteName(name)}` }
}

export function unreadableRow(error: unknown): RowError {
  return { code: 'serialize', message: `Reading the row threw ${describeError(error)}`, cause: error }
}
