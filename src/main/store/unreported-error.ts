/** The error of an automatic save that no call has rejected with yet. */
export class UnreportedError {
  #unreported: { readonly error: unknown } | undefined

  record(error: unknown): void {
    this.#unreported = { error }
  }

  /** Another error is reported in its place. */
  forget(): void {
    this.#unreported = undefined
  }

  /** Throws it, once. */
  report(): void {
    const unreported = this.#unreported
    this.#unreported = undefined
    if (unreported !== undefined) throw unreported.error
  }
}
