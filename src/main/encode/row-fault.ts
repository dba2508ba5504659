import { describeValue } from '../describe-value.js'
import type { EncodingFaultCode, Fault } from './fault.js'

/** Why a row is not written: like a rejection, less the row's index. */
export interface RowFault {
  readonly code: EncodingFaultCode
  readonly column?: string
  /** Where it is in a value that is nested; begins with the column. */
  readonly path?: string
  readonly message: string
  readonly cause?: unknown
}

/** A getter may give more bytes each time that it is asked. */
export const growingRow: RowFault = {
  code: 'serialize',
  message: 'The row has more bytes each time that it is read',
}

export function notARow(row: unknown): RowFault {
  return { code: 'type', message: `Expected a row as an object, got ${describeValue(row)}` }
}

/** @param type - The column's, as SQL. */
export function columnFault(column: string, type: string, { code, reason, path, cause }: Fault): RowFault {
  const message = `Column ${quoteName(column)} (${shorten(type)}): ${reason}`
  if (path === undefined || path === '') return { code, column, message, cause }
  const fullPath = column + path
  return { code, column, path: fullPath, message: `${message} at ${quoteName(fullPath)}`, cause }
}

export function unknownColumn(name: string): RowFault {
  return { code: 'unknown-column', column: name, message: `The table has no column ${quoteName(name)}` }
}

export function unreadableRow(error: unknown): RowFault {
  const message = `Reading the row threw ${error instanceof Error ? error.message : describeValue(error)}`
  return { code: 'serialize', message, cause: error }
}

function quoteName(name: string): string {
  return `\`${shorten(name)}\``
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`
}
