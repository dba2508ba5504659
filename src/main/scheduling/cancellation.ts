/**
 * Why a call is to give up, and the way to wake it where it waits.
 *
 * Not a promise to race with: every race against a promise that lives as long as the call would leave a reaction
 * behind, one per row of an asynchronous source.
 */
export class Cancellation {
  #reason: { readonly error: unknown } | undefined
  #wake: ((error: unknown) => void) | undefined

  get isCancelled(): boolean {
    return this.#reason !== undefined
  }

  /** Makes `guard` and `check` throw `error` from now on; the first reason stays. */
  cancel(error: unknown): void {
    if (this.#reason !== undefined) return
    this.#reason = { error }
    this.#wake?.(error)
  }

  check(): void {
    if (this.#reason !== undefined) throw this.#reason.error
  }

  /** Waits for `promise`, but no longer than until the call is cancelled. One at a time. */
  guard<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) reject(this.#reason.error)
      this.#wake = reject
      // Not every iterator that calls itself asynchronous returns a promise.
      Promise.resolve(promise).then(resolve, reject)
    })
  }
}
