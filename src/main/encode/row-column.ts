import type { VectorNode } from '../../protocol/batch-shape.js'
import { type ColumnDescriptor, formatColumnType } from '../../protocol/column-type.js'
import type { Batch } from './batch.js'
import type { ColumnEncoder } from './column-encoder.js'
import { createEncoders } from './create-vector-encoder.js'
import { type EncodeError, encodeError } from './encode-error.js'
import { NumberCopier } from './number-copier.js'

/** A column as rows are encoded by it. */
export interface RowColumn {
  readonly node: VectorNode
  readonly name: string
  readonly index: number
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly isKey: boolean
  readonly type: string
  /** Takes values as they are, and strings too that are to be read. */
  readonly encoders: readonly [plain: ColumnEncoder, parsing: ColumnEncoder]
  /** One of the two. */
  encoder: ColumnEncoder
  /** Writes many values at once. */
  readonly numbers: NumberCopier
  /** Whether every object inherits something under the column's name, such as `constructor`. */
  isShadowed: boolean
  /** The last row, by the count of `#rowNumber`, that had a value for it. */
  lastRow: number
}

export function createColumn(
  { name, notNull, hasDefault, type }: ColumnDescriptor,
  node: VectorNode,
  index: number,
  isKey: boolean,
): RowColumn {
  const encoders = createEncoders(node)
  return {
    node,
    name,
    index,
    notNull,
    hasDefault,
    isKey,
    type: formatColumnType(type),
    encoders,
    encoder: encoders[0],
    numbers: new NumberCopier(type.name),
    isShadowed: name in Object.prototype,
    lastRow: 0,
  }
}

/** @param isUpdate - Whether what a row does not carry stays as it is. */
export function writeColumn(
  batch: Batch,
  column: RowColumn,
  row: number,
  value: unknown,
  isUpdate: boolean,
): EncodeError | undefined {
  if (value === null) return writeNull(batch, column, row)
  if (value === undefined) return writeOmitted(batch, column, row, isUpdate)
  return column.encoder.write(row, value)
}

export function writeNull(batch: Batch, column: RowColumn, row: number): EncodeError | undefined {
  if (column.notNull) return encodeError('not-null', 'expected a value, got null')
  batch.markNull(column.node.place, row)
  column.encoder.writeNull?.(row)
  return undefined
}

function writeOmitted(
  batch: Batch,
  column: RowColumn,
  row: number,
  isUpdate: boolean,
): EncodeError | undefined {
  if (column.hasDefault || (isUpdate && !column.isKey)) batch.markOmitted(column.index, row)
  else if (column.notNull) return encodeError('not-null', 'expected a value, got undefined')
  batch.markNull(column.node.place, row)
  column.encoder.writeNull?.(row)
  return undefined
}
