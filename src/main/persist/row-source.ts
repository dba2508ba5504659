import { describeValue } from '../describe-value.js'

/** What `persist()` takes its rows from. */
export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>

export interface RowStore {
  rowAt(index: number): unknown
  /** The last `rows` rows will be given again. */
  goBack(rows: number): void
}

/** Rows that are there when they are asked for. */
export interface SyncSource {
  readonly isAsync: false
  /** What only a source can do whose rows are all there, and at rest. */
  readonly store?: RowStore
  /** Moves to the next row; false at the end. */
  advance(): boolean
  readonly row: unknown
  /** Tells a source that is not at its end that no more rows will be taken. */
  release(): void
}

/** Rows that may have to be waited for. */
export interface AsyncSource {
  readonly isAsync: true
  next(): Promise<IteratorResult<unknown>>
  /** Resolves when the source has cleaned up after itself. */
  release(): Promise<void>
}

export type RowSource = SyncSource | AsyncSource

/** @throws TypeError if `rows` cannot be a source of rows. */
export function createRowSource(rows: unknown): RowSource {
  if (Array.isArray(rows)) return new ArraySource(rows)
  if (typeof rows === 'object' && rows !== null) {
    if (rows instanceof Map) throw notRows('a Map, whose rows are its values(): pass `map.values()`')
    if (ArrayBuffer.isView(rows)) throw notRows(describeValue(rows))
    if (hasMethod(rows, Symbol.asyncIterator)) {
      return new AsyncIteratorSource((rows as AsyncIterable<unknown>)[Symbol.asyncIterator]())
    }
    if (hasMethod(rows, Symbol.iterator))
      return new IteratorSource((rows as Iterable<unknown>)[Symbol.iterator]())
  }
  throw notRows(describeValue(rows))
}

function notRows(got: string): TypeError {
  return new TypeError(`Expected \`rows\` to be an iterable or async iterable of objects, got ${got}`)
}

function hasMethod(value: object, name: symbol): boolean {
  return typeof (value as Record<symbol, unknown>)[name] === 'function'
}

class ArraySource implements SyncSource, RowStore {
  readonly isAsync = false
  readonly store: RowStore = this
  readonly #rows: readonly unknown[]
  #given = 0

  constructor(rows: readonly unknown[]) {
    this.#rows = rows
  }

  advance(): boolean {
    if (this.#given >= this.#rows.length) return false
    this.#given++
    return true
  }

  get row(): unknown {
    return this.#rows[this.#given - 1]
  }

  rowAt(index: number): unknown {
    return this.#rows[index]
  }

  goBack(rows: number): void {
    this.#given -= rows
  }

  release(): void {}
}

class IteratorSource implements SyncSource {
  readonly isAsync = false
  readonly #iterator: Iterator<unknown>
  row: unknown

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator
  }

  advance(): boolean {
    const { done, value } = this.#iterator.next()
    this.row = value
    return done !== true
  }

  release(): void {
    this.#iterator.return?.()
  }
}

class AsyncIteratorSource implements AsyncSource {
  readonly isAsync = true
  readonly #iterator: AsyncIterator<unknown>

  constructor(iterator: AsyncIterator<unknown>) {
    this.#iterator = iterator
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#iterator.next()
  }

  async release(): Promise<void> {
    await this.#iterator.return?.()
  }
}
