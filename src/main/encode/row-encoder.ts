import { type ColumnDescriptor, formatColumnType, isStringType } from '../../protocol/column-type.js'
import { describeValue } from '../describe-value.js'
import type { Batch } from './batch.js'
import type { ColumnEncoder } from './column-encoder.js'
import { createColumnEncoder } from './create-column-encoder.js'
import { JsonEncoder } from './encoders/json-encoder.js'
import { batchFull, type EncodingFaultCode, type Fault, fault } from './fault.js'
import { RowGroup } from './row-group.js'

/** Why a row is not written: like a rejection, less the row's index. */
export interface RowFault {
  readonly code: EncodingFaultCode
  readonly column?: string
  readonly message: string
  readonly cause?: unknown
}

interface Column {
  readonly name: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly isKey: boolean
  readonly isString: boolean
  readonly type: string
  readonly encoder: ColumnEncoder
  /** What every object inherits under the column's name, such as `constructor`: not the row's own value. */
  readonly inherited: unknown
  valueOffset: number
}

/** Writes whole rows into a batch: every column of a row, or nothing of it. */
export class RowEncoder {
  readonly #columns: readonly Column[]
  readonly #names: ReadonlySet<string>
  readonly #group: RowGroup
  #batch: Batch | undefined
  #isUpdate = false

  /** @param key - Columns by which rows are told apart; they have no part in what an update leaves as it is. */
  constructor(columns: readonly ColumnDescriptor[], key: readonly string[] = []) {
    this.#columns = columns.map(({ name, notNull, hasDefault, type }) => ({
      name,
      notNull,
      hasDefault,
      isKey: key.includes(name),
      isString: isStringType(type),
      type: formatColumnType(type),
      encoder: createColumnEncoder(type),
      inherited: ({} as Record<string, unknown>)[name],
      valueOffset: 0,
    }))
    this.#names = new Set(columns.map((column) => column.name))
    const encoders = this.#columns.map(({ encoder }) => encoder)
    this.#group = new RowGroup(
      encoders.filter((encoder) => encoder instanceof JsonEncoder).map(({ group }) => group),
    )
  }

  /** From now on rows go into `batch`. */
  attach(batch: Batch): void {
    this.#batch = batch
    for (const [index, column] of this.#columns.entries()) {
      column.valueOffset = batch.layout.valueOffsets[index] ?? 0
      column.encoder.attach(batch, column.valueOffset)
    }
  }

  /** Rows have no batch to go into, until the next `attach`. */
  detach(): void {
    this.#batch = undefined
    this.#group.reset()
  }

  /** Bytes of strings in the batch; see `Batch`. */
  get textBytes(): number {
    return this.#batch?.textBytes ?? 0
  }

  /** Whether the rows to come may update others, whose columns stay as they are where a row does not carry them. */
  set isUpdate(isUpdate: boolean) {
    this.#isUpdate = isUpdate
  }

  /**
   * Writes one row.
   *
   * @returns why it is not written, or `'batch-full'` when the batch has no room for it.
   */
  encode(row: unknown): RowFault | 'batch-full' | undefined {
    const batch = this.#batch
    if (batch === undefined || batch.isFull) return 'batch-full'
    batch.startRow()
    const problem = this.#encodeInto(batch, row)
    if (problem === undefined) {
      batch.rows++
      return undefined
    }
    batch.dropRow()
    return problem
  }

  /**
   * The same for rows that are at rest until `settle`, where that can be faster: the row may turn out to be bad, or
   * not to fit, only as a later one is encoded.
   *
   * @returns a number where that many of the last rows, this one included, have to be encoded again in their order.
   */
  encodeGrouped(row: unknown): RowFault | 'batch-full' | number | undefined {
    const batch = this.#batch
    if (batch === undefined) return 'batch-full'
    this.#group.openRow(batch)
    const outcome = this.encode(row)
    if (outcome === undefined) {
      if (!this.#group.closeRow()) return undefined
      return this.settle() || undefined
    }
    if (outcome !== 'batch-full') {
      if (this.#group.rejectRow()) return this.settle() + 1
    } else this.#group.dropRow()
    const takenBack = this.settle()
    return takenBack > 0 ? takenBack + 1 : outcome
  }

  /** Ends what `encodeGrouped` has left open; returns how many of the last rows have to be encoded again. */
  settle(): number {
    return this.#batch === undefined ? 0 : this.#group.settle(this.#batch)
  }

  #encodeInto(batch: Batch, row: unknown): RowFault | 'batch-full' | undefined {
    try {
      // Even this throws, for a revoked proxy.
      if (typeof row !== 'object' || row === null || Array.isArray(row)) return notARow(row)
      let carried = 0
      const columns = this.#columns
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index] as Column
        // Any own or inherited property counts: rows may be instances of classes with getters.
        const found = (row as Record<string, unknown>)[column.name]
        const value = found === column.inherited ? undefined : found
        if (value !== undefined) carried++
        if (value === null || value === undefined) {
          if (column.isString) batch.int32[(column.valueOffset >> 2) + batch.rows * 4] = 0
          if (value === undefined && (column.hasDefault || (this.#isUpdate && !column.isKey))) {
            batch.markAbsent(index, batch.rows)
            continue
          }
          if (column.notNull) return columnFault(column, fault('not-null', `expected a value, got ${value}`))
          batch.markNull(index, batch.rows)
          continue
        }
        const problem = column.encoder.write(batch.rows, value)
        if (problem !== undefined) return problem === batchFull ? 'batch-full' : columnFault(column, problem)
      }
      return this.#findStray(row, carried)
    } catch (error) {
      const message = `Reading the row threw ${error instanceof Error ? error.message : describeValue(error)}`
      return { code: 'serialize', message, cause: error }
    }
  }

  /** A property that no column takes would be lost without a word: most often it is a column's name misspelt. */
  #findStray(row: object, carried: number): RowFault | undefined {
    let properties = 0
    for (const _ in row) properties++
    if (properties > carried) {
      for (const name of Object.keys(row)) {
        if (this.#names.has(name)) continue
        return { code: 'unknown-column', column: name, message: `The table has no column ${quoteName(name)}` }
      }
    }
    // A Promise or a Map carries nothing, and would become a row of NULLs.
    return carried === 0 && !isPlainObject(row) ? notARow(row) : undefined
  }
}

function notARow(row: unknown): RowFault {
  return { code: 'type', message: `Expected a row as an object, got ${describeValue(row)}` }
}

function columnFault(column: Column, problem: Fault): RowFault {
  const { name, type } = column
  const message = `Column ${quoteName(name)} (${shorten(type)}): ${problem.reason}`
  return { code: problem.code, column: name, message, cause: problem.cause }
}

function quoteName(name: string): string {
  return `\`${shorten(name)}\``
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`
}

function isPlainObject(row: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(row)
  return prototype === null || prototype === Object.prototype || Object.keys(row).length > 0
}
