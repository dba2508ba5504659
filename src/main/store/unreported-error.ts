/** The error of an automatic save that no call has rejected with yet. */
export class UntoldError {
  #untold: { readonly error: unknown } | undefined

  note(error: unknown): void {
    this.#untold = { error }
  }

  /** Another error is told in its place. */
  forget(): void {
    this.#untold = undefined
  }

  /** Throws it, once. */
  tell(): void {
    const untold = this.#untold
    this.#untold = undefined
    if (untold !== undefined) throw untold.error
  }
}
