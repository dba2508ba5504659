import type { WritePlace } from '../scheduling/write-order.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { GroupedCall } from './grouped-call.js'

/** Calls on one table that have one place among everything that writes: nothing that they conflict with is between them. */
export class CallLane {
  readonly table: BoundTable
  place: WritePlace | undefined
  /** Whether it is known what the table is linked with. */
  isKnown: boolean
  /** Whether its calls are being written one by one. */
  isBusy = false
  readonly #calls: GroupedCall[] = []
  #taken = 0

  constructor(table: BoundTable, isKnown: boolean) {
    this.table = table
    this.isKnown = isKnown
  }

  get isReady(): boolean {
    return this.isKnown && !this.isBusy && this.place?.isGranted === true
  }

  get isEmpty(): boolean {
    return this.#taken === this.#calls.length
  }

  /** When the first call was made of those that wait. */
  get since(): number | undefined {
    for (let index = this.#taken; index < this.#calls.length; index++) {
      const call = this.#calls[index]
      if (call?.isCancelled === false) return call.startedAt
    }
    return undefined
  }

  add(call: GroupedCall): void {
    this.#calls.push(call)
  }

  /** The next calls, at most so many. */
  take(most: number): GroupedCall[] {
    const taken = this.#calls.slice(this.#taken, this.#taken + most)
    this.#taken += taken.length
    if (this.isEmpty) {
      this.#calls.length = 0
      this.#taken = 0
    }
    return taken
  }
}
