/** Runs what it is given one at a time, in order. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve()

  add<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#tail.then(task)
    // Whoever added the task is told of its error; the next task runs all the same.
    this.#tail = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything added so far has run. */
  async drain(): Promise<void> {
    await this.#tail
  }
}
