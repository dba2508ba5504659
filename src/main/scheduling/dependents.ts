/** Something on a service that has changes to save before the service closes. */
export interface Dependent {
  /** Accepts no more changes, and saves those there are; rejects where they cannot be saved. */
  saveLast(): Promise<void>
  /** The service stays open, for something could not be saved: changes are accepted again. */
  reopen(): void
  /** All is saved, and the service closes. */
  release(): Promise<void>
}

/** The dependents of a service: they close together, or not at all. */
export class Dependents {
  readonly #all = new Set<Dependent>()

  add(dependent: Dependent): void {
    this.#all.add(dependent)
  }

  delete(dependent: Dependent): void {
    this.#all.delete(dependent)
  }

  /** Where one of them cannot save, this rejects, and all stay open. */
  async close(): Promise<void> {
    const all = [...this.#all]
    const saves = await Promise.allSettled(all.map((dependent) => dependent.saveLast()))
    const failed = saves.find((save) => save.status === 'rejected')
    if (failed !== undefined) {
      for (const dependent of all) dependent.reopen()
      throw failed.reason
    }
    for (const dependent of all) await dependent.release()
  }
}
