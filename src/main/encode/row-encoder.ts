import { describeVectors } from '../../protocol/batch-shape.js'
import type { ColumnDescriptor, UnwritableColumn } from '../../protocol/column-type.js'
import type { OnConflict } from '../../protocol/write-requests.js'
import type { Batch } from './batch.js'
import { type BlockProblem, encodeBlock } from './encode-block.js'
import { batchFull } from './encode-error.js'
import { JsonEncoder } from './encoders/json-encoder.js'
import { isInheritedByAll, readProperty } from './read-property.js'
import { createColumn, type RowColumn, writeColumn, writeNull } from './row-column.js'
import {
  columnError,
  notARow,
  type RowError,
  unknownColumn,
  unreadableRow,
  unwritableColumn,
} from './row-error.js'
import { RowGroup } from './row-group.js'

/** From the heap of an ordinary batch to the longest row: it doubles each time. */
const mostGrowths = 12

/** Of the options of a call, those by which its rows are encoded. */
export interface EncodingOptions {
  /** With `'update'` rows may update others, whose columns stay as they are where a row does not carry them. */
  readonly onConflict: OnConflict
  /** Whether strings are read, where the column is no text. */
  readonly parse: boolean
}

/** Writes whole rows into a batch: every column of a row, or nothing of it. */
export class RowEncoder {
  readonly #columns: readonly RowColumn[]
  readonly #byName: ReadonlyMap<string, RowColumn>
  /** Columns in the order in which the last rows had properties of their names. */
  readonly #order: RowColumn[]
  readonly #group: RowGroup
  readonly #unwritable: readonly UnwritableColumn[]
  readonly #mostAttempts: number
  #rowNumber = 0
  #batch: Batch | undefined
  #isUpdate = false
  #parses = false

  /**
   * @param key - Columns by which rows are told apart; they have no part in what an update leaves as it is.
   * @param unwritable - Columns that rows do not carry.
   */
  constructor(
    columns: readonly ColumnDescriptor[],
    key: readonly string[] = [],
    unwritable: readonly UnwritableColumn[] = [],
  ) {
    this.#unwritable = unwritable
    const { columns: nodes, segments } = describeVectors(columns.map(({ type }) => type))
    this.#mostAttempts = segments.flat().length + (segments.length > 1 ? mostGrowths : 0)
    this.#columns = nodes.map((node, index) => {
      const column = columns[index] as ColumnDescriptor
      return createColumn(column, node, index, key.includes(column.name))
    })
    this.#byName = new Map(this.#columns.map((column) => [column.name, column]))
    this.#order = [...this.#columns]
    const encoders = this.#columns.map(({ encoder }) => encoder)
    this.#group = new RowGroup(
      encoders.filter((encoder) => encoder instanceof JsonEncoder).map(({ group }) => group),
    )
  }

  /** From now on rows go into `batch`. */
  attach(batch: Batch): void {
    this.#batch = batch
    for (const column of this.#columns) {
      const valueOffset = batch.layout.valueOffsets[column.node.place] ?? 0
      column.encoder.attach(batch, valueOffset, batch)
      column.numbers.attach(batch, valueOffset)
    }
  }

  /**
   * Looks at what every object inherits, which is nothing that a row has: a library may have added to it. To be called
   * whenever code of others may have run, but for that of the rows themselves.
   */
  lookAtPrototype(): void {
    for (const column of this.#columns) column.isShadowed = column.name in Object.prototype
  }

  /** So many batches to itself a row may ask for, each larger than the last, before it turns out that it grows. */
  get mostAttempts(): number {
    return this.#mostAttempts
  }

  /** Whether there is a batch that has room for a row. */
  get hasRoom(): boolean {
    return this.#batch?.isFull === false
  }

  /** Rows have no batch to go into, until the next `attach`. */
  detach(): void {
    this.#batch = undefined
    this.#group.reset()
  }

  /** Bytes of strings and items in the batch; see `Batch`. */
  get variableBytes(): number {
    return this.#batch?.variableBytes ?? 0
  }

  /** From now on rows are those of a call with these options. */
  configure({ onConflict, parse }: EncodingOptions): void {
    this.#isUpdate = onConflict === 'update'
    if (parse === this.#parses) return
    this.#parses = parse
    for (const column of this.#columns) column.encoder = column.encoders[parse ? 1 : 0]
  }

  /**
   * Writes one row.
   *
   * @returns why it is not written, or `'batch-full'` when the batch has no room for it.
   */
  encode(row: unknown): RowError | 'batch-full' | undefined {
    const batch = this.#batch
    if (batch === undefined || batch.isFull) return 'batch-full'
    batch.startRow()
    if (!this.#write(batch, row)) {
      batch.dropRow()
      this.#group.dropRow()
      const problem = this.#check(batch, row)
      if (problem !== undefined) {
        batch.dropRow()
        return problem
      }
    }
    batch.rows++
    return undefined
  }

  /**
   * The same for rows that are at rest until `settle`, where that can be faster: the row may turn out to be bad, or
   * not to fit, only as a later one is encoded.
   *
   * @returns a number where that many of the last rows, this one included, have to be encoded again in their order.
   */
  encodeGrouped(row: unknown): RowError | 'batch-full' | number | undefined {
    const batch = this.#batch
    if (batch === undefined) return 'batch-full'
    this.#group.openRow(batch)
    const outcome = this.encode(row)
    if (outcome === undefined) {
      if (!this.#group.closeRow()) return undefined
      return this.flushGroup() || undefined
    }
    if (outcome !== 'batch-full') this.#group.rejectRow()
    const takenBack = this.flushGroup()
    return takenBack > 0 ? takenBack + 1 : outcome
  }

  /**
   * Writes rows by column, as many as have room.
   *
   * @param values - Of each column that the rows carry.
   * @returns how many rows are written, or why none is.
   */
  encodeBlock(
    values: ReadonlyMap<string, ArrayLike<unknown>>,
    first: number,
    most: number,
  ): number | BlockProblem {
    const batch = this.#batch
    if (batch === undefined) return 'batch-full'
    const names = [...values.keys()]
    if (!names.every((name) => this.#byName.has(name))) return 'bad-row'
    const count = Math.min(most, batch.freeRows)
    return encodeBlock(batch, this.#columns, values, { first, count }, this.#isUpdate) ?? count
  }

  /** Ends what `encodeGrouped` has left open; returns how many of the last rows have to be encoded again. */
  flushGroup(): number {
    return this.#batch === undefined ? 0 : this.#group.settle(this.#batch)
  }

  /**
   * Writes a row by its own properties, in their order; false if there is anything about it. V8 reads a property that
   * a `for (... in ...)` names by its position in the object, and looks up one whose name comes from elsewhere: twenty
   * columns of numbers took 0.37 µs a row so, and take 0.25.
   */
  #write(batch: Batch, row: unknown): boolean {
    try {
      // Even this throws, for a revoked proxy.
      if (typeof row !== 'object' || row === null || Array.isArray(row)) return false
      const rowNumber = ++this.#rowNumber
      const columns = this.#columns
      const order = this.#order
      let position = 0
      let carried = 0
      for (const name in row) {
        let column = order[position]
        if (column?.name !== name) {
          column = this.#byName.get(name)
          if (column === undefined) {
            if ((row as Record<string, unknown>)[name] !== undefined && Object.hasOwn(row, name)) return false
            continue
          }
          order[position] = column
        }
        position++
        const value = (row as Record<string, unknown>)[name]
        if (value === undefined || (column.isShadowed && isInheritedByAll(row, name))) continue
        carried++
        column.lastRow = rowNumber
        const problem =
          value === null ? writeNull(batch, column, batch.rows) : column.encoder.write(batch.rows, value)
        if (problem !== undefined) return false
      }
      if (carried === columns.length) return true
      // Others may be getters of a class, or not there at all.
      for (const column of columns) {
        if (column.lastRow === rowNumber) continue
        const value = readProperty(row, column.name, column.isShadowed)
        if (value !== undefined) carried++
        if (writeColumn(batch, column, batch.rows, value, this.#isUpdate) !== undefined) return false
      }
      return carried > 0
    } catch {
      return false
    }
  }

  /** Writes a row column by column, and returns the first thing that is wrong with it. */
  #check(batch: Batch, row: unknown): RowError | 'batch-full' | undefined {
    try {
      if (typeof row !== 'object' || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) {
        return notARow(row)
      }
      let carried = 0
      for (const column of this.#columns) {
        const value = readProperty(row, column.name, column.isShadowed)
        if (value !== undefined) carried++
        const problem = writeColumn(batch, column, batch.rows, value, this.#isUpdate)
        if (problem === batchFull) return 'batch-full'
        if (problem !== undefined) {
          return this.#isNoRow(row) ? notARow(row) : columnError(column.name, column.type, problem)
        }
      }
      return this.#findStray(row, carried)
    } catch (error) {
      return unreadableRow(error)
    }
  }

  /** A property that no column takes would be lost without a word: most often it is a column's name misspelt. */
  #findStray(row: object, carried: number): RowError | undefined {
    for (const name of Object.keys(row)) {
      // As if it were not there: JSON, too, leaves out what is undefined.
      if (this.#byName.has(name) || (row as Record<string, unknown>)[name] === undefined) continue
      const unwritable = this.#unwritable.find((column) => column.name === name)
      return unwritable === undefined ? unknownColumn(name) : unwritableColumn(unwritable)
    }
    return carried === 0 && this.#isNoRow(row) ? notARow(row) : undefined
  }

  /** A Promise or a Map carries nothing, and would become a row of NULLs. */
  #isNoRow(row: object): boolean {
    return (
      !isPlainObject(row) &&
      this.#columns.every(({ name, isShadowed }) => readProperty(row, name, isShadowed) === undefined)
    )
  }
}

function isPlainObject(row: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(row)
  return prototype === null || prototype === Object.prototype || Object.keys(row).length > 0
}
