import { foldName } from '../../protocol/sql.js'
import { quoteName } from '../../protocol/visible-text.js'
import { describeNoRow } from '../contract/describe-no-row.js'
import { type ColumnDefinitions, checkName } from '../schema/table-definition.js'
import { ColumnSurvey } from './column-survey.js'
import { InheritedNames } from './inherited-names.js'

/** What rows have been found to be like. */
export class RowSurvey {
  readonly #parses: boolean
  readonly #columns = new Map<string, ColumnSurvey>()
  /** What rows inherit under names of their classes, which counts where another row makes a column of the name. */
  readonly #inherited = new Map<string, ColumnSurvey>()
  readonly #names = new InheritedNames()
  #rows = 0

  /** @param parses - Whether strings are to be read, by a `persist()` with `parse`. */
  constructor(parses: boolean) {
    this.#parses = parses
  }

  get rows(): number {
    return this.#rows
  }

  /** @throws TypeError for what is no row, or has a value that no column takes. */
  add(row: unknown): void {
    const index = this.#rows++
    if (typeof row !== 'object' || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) {
      throw notARow(index, row)
    }
    let properties = 0
    for (const name of Object.keys(row)) {
      properties++
      const value = (row as Readonly<Record<string, unknown>>)[name]
      if (value !== undefined) this.#columnOf(this.#columns, name).add(value, index)
    }
    const inherited = this.#names.of(row)
    if (properties === 0 && !isPlain(row)) throw notARow(index, row)
    for (const name of inherited) this.#addInherited(row, name, index)
  }

  /** @throws TypeError where there can be none. */
  definitions(): ColumnDefinitions {
    if (this.#rows === 0) throw new TypeError('Expected `rows` to have at least one row')
    if (this.#columns.size === 0)
      throw new TypeError('Expected `rows` to have at least one property with a value')
    const seen = new Map<string, string>()
    for (const name of this.#columns.keys()) {
      checkName('the name of a property', name)
      const folded = foldName(name)
      const other = seen.get(folded)
      if (other !== undefined) {
        const names = `${quoteName(other)} and ${quoteName(name)}`
        throw new TypeError(`Expected names of properties to differ not only in case, got ${names}`)
      }
      seen.set(folded, name)
    }
    return Object.fromEntries([...this.#columns].map(([name, column]) => [name, this.#typeOf(name, column)]))
  }

  #typeOf(name: string, column: ColumnSurvey): string {
    const inherited = this.#inherited.get(name)
    if (inherited !== undefined) column.join(inherited)
    return column.type()
  }

  #addInherited(row: object, name: string, index: number): void {
    if (Object.hasOwn(row, name)) return
    const column = this.#columnOf(this.#inherited, name)
    try {
      const value = (row as Readonly<Record<string, unknown>>)[name]
      if (value !== undefined && typeof value !== 'function') column.add(value, index)
    } catch (error) {
      column.fail(error)
    }
  }

  #columnOf(columns: Map<string, ColumnSurvey>, name: string): ColumnSurvey {
    let column = columns.get(name)
    if (column === undefined) {
      column = new ColumnSurvey(name, this.#parses)
      columns.set(name, column)
    }
    return column
  }
}

function isPlain(row: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(row)
  return prototype === null || prototype === Object.prototype
}

function notARow(index: number, row: unknown): TypeError {
  return new TypeError(`Expected row ${index} to be an object with properties, got ${describeNoRow(row)}`)
}
