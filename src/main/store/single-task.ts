/** Work of which there is one at a time: what is started meanwhile is the one that runs. */
export class SingleTask {
  #running: Promise<void> | undefined

  /** Undefined where nothing runs. */
  get running(): Promise<void> | undefined {
    return this.#running
  }

  start(work: () => Promise<void>, failed: (error: unknown) => void): void {
    this.#running ??= work()
      .catch(failed)
      .finally(() => {
        this.#running = undefined
      })
  }
}
