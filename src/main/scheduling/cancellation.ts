/**
 * Why a call is to give up, and the way to wake it where it waits.
 *
 * Not a promise to race with: every race against a promise that lives as long as the call would leave a reaction
 * behind, one per row of an asynchronous source.
 */
export class Cancellation {
  #reason: { readonly error: unknown } | undefined
  readonly #waiters = new Set<(error: unknown) => void>()

  get isCancelled(): boolean {
    return this.#reason !== undefined
  }

  /** Makes `guard` and `check` throw `error` from now on; the first reason stays. */
  cancel(error: unknown): void {
    if (this.#reason !== undefined) return
    this.#reason = { error }
    for (const reject of this.#waiters) reject(error)
    this.#waiters.clear()
  }

  check(): void {
    if (this.#reason !== undefined) throw this.#reason.error
  }

  /**
   * Has `listener` called when the call is cancelled, and at once if it is.
   *
   * @returns a function that ends this.
   */
  onCancel(listener: (error: unknown) => void): () => void {
    if (this.#reason !== undefined) listener(this.#reason.error)
    else this.#waiters.add(listener)
    return () => {
      this.#waiters.delete(listener)
    }
  }

  /** Waits for `promise`, but no longer than until the call is cancelled. */
  guard<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) {
        reject(this.#reason.error)
        promise.catch(() => undefined)
        return
      }
      this.#waiters.add(reject)
      promise.then(
        (value) => {
          this.#waiters.delete(reject)
          resolve(value)
        },
        (error) => {
          this.#waiters.delete(reject)
          reject(error)
        },
      )
    })
  }
}
