import type { UnwritableColumn } from '../../protocol/column-type.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeNoRow } from '../contract/describe-no-row.js'
import { describeError } from '../contract/describe-value.js'
import type { EncodeErrorCode } from '../contract/rejection.js'
import { type EncodeError, encodeError } from './encode-error.js'

/** Why a row is not written: like a rejection, less the row's index. */
export interface RowError {
  readonly code: EncodeErrorCode
  /** The column, and where it is in a value of a nested type. */
  readonly column?: string
  /** The same, and where it is in a value that is JSON. */
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
  { code, reason, place = '', type: typeInside = type, path = '', cause }: EncodeError,
): RowError {
  const full = column + place
  const message = `Column ${quoteName(full)} (${toVisible(typeInside, longestType)}): ${reason}`
  if (place === '' && path === '') return { code, column, message, cause }
  const fullPath = full + path
  if (path === '') return { code, column: full, path: fullPath, message, cause }
  return {
    code,
    column: full,
    path: fullPath,
    message: `${message} at \`${toVisible(fullPath, longestPath)}\``,
    cause,
  }
}

export function unknownColumn(name: string): RowError {
  return { code: 'unknown-column', column: name, message: `The table has no column ${quoteName(name)}` }
}

export function unwritableColumn({ name, type }: UnwritableColumn): RowError {
  const error = encodeError('type', 'values of this type cannot be written; leave the column out')
  return columnError(name, type, error)
}

export function unreadableRow(error: unknown): RowError {
  return { code: 'serialize', message: `Reading the row threw ${describeError(error)}`, cause: error }
}
