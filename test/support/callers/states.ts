/** What something was after each of the calls that changed it. */
export class States<Content> {
  readonly #states: { readonly after: number; readonly content: Content }[]

  constructor(first: Content) {
    this.#states = [{ after: -1, content: first }]
  }

  get last(): Content {
    return this.before(Number.POSITIVE_INFINITY)
  }

  /** @param after - The number of the call that has made it so. */
  push(after: number, content: Content): void {
    this.#states.push({ after, content })
  }

  /** What it may have been for one who reads, when calls up to `seen` must be seen, and none from `end` on. */
  possible(seen: number, end: number): Content[] {
    const between = this.#states.filter(({ after }) => after > seen && after < end)
    return [this.before(seen + 1), ...between.map(({ content }) => content)]
  }

  /** What it was before a call. */
  before(number: number): Content {
    const state = this.#states.findLast(({ after }) => after < number)
    if (state === undefined) throw new RangeError(`Nothing is before call ${number}`)
    return state.content
  }
}
