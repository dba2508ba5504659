/** Runs what it is given one at a time, in order. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve()

  add<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#tail.then(task)
    // Its error is its caller's, and the next task runs all the same. Nothing is kept of its result either: a result of
    // DuckDB that is referred to keeps the database open.
    this.#tail = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  /** Resolves when everything added so far has run. */
  async drain(): Promise<void> {
    await this.#tail
  }
}
