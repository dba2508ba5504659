import type { Table } from 'duckpaddle'
import { expect } from 'vitest'
import { ConflictModel, type ModelTable, numbered } from '../conflict-model.js'
import { States } from './states.js'
import { contentOf } from './table-content.js'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** A table of the service, and the model of it. */
export class ModelledTable {
  readonly definition: ModelTable
  readonly model: ConflictModel
  readonly states = new States<readonly string[]>([])
  #table: Table | undefined

  constructor(definition: ModelTable) {
    this.definition = definition
    this.model = new ConflictModel(definition)
  }

  get table(): Table {
    return this.#table ?? expect.fail('is not open')
  }

  set table(table: Table) {
    this.#table = table
  }

  /** Without one, calls on it are not ordered. */
  get hasKey(): boolean {
    return this.definition.key !== undefined
  }

  /** Records what the table has after a call. */
  recordState(after: number): void {
    this.states.push(after, this.contentOf(this.model.rows))
  }

  contentOf(rows: Rows): string[] {
    return contentOf(rows, this.definition)
  }

  /** Checks that the table has these rows, and that a sequence has numbered them in the order of the calls. */
  check(rows: Rows): void {
    expect(this.contentOf(rows)).toEqual(this.contentOf(this.model.rows))
    const column = this.definition.columns.find((one) => one.default === numbered)?.name
    if (column === undefined) return
    this.model.adopt(rows)
    const born = this.model.rows.map((row, index) => ({
      number: Number(row[column]),
      call: this.model.births[index] ?? Number.NaN,
    }))
    born.sort((left, right) => left.number - right.number)
    const calls = born.map(({ call }) => call)
    expect(calls, `the calls in the order of ${column}`).toEqual(calls.toSorted((a, b) => a - b))
  }
}
