import type { GroupedOutcome, WrittenCall } from '../../protocol/write-requests.js'

/** More transactions are never committed without main having heard of it: it waits for one before it asks for the next. */
const mostUnanswered = 100

type Outcomes = readonly (readonly GroupedOutcome[])[]

/** The last transactions that were committed, whether or not main knows, with what became of the calls of a group. */
export class CommittedCalls {
  readonly #outcomes = new Map<number, Outcomes>()

  add(transaction: number, outcomes: Outcomes): void {
    this.#outcomes.set(transaction, outcomes)
    if (this.#outcomes.size <= mostUnanswered) return
    const [first] = this.#outcomes.keys()
    if (first !== undefined) this.#outcomes.delete(first)
  }

  has({ transaction, place }: WrittenCall): boolean {
    const outcomes = this.#outcomes.get(transaction)
    if (outcomes === undefined || place === undefined) return outcomes !== undefined
    const outcome = outcomes[place.writer]?.[place.call]
    return outcome !== undefined && !outcome.isWithdrawn
  }
}
