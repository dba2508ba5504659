type Waiter = (error: unknown) => void

/**
 * Why a call is to give up, and the way to wake it where it waits.
 *
 * Not a promise to race with: every race against a promise that lives as long as the call would leave a reaction
 * behind, one per row of an asynchronous source.
 */
export class Cancellation {
  #reason: { readonly error: unknown } | undefined
  /** The first of those that wait: of most calls there is no other. */
  #waiter: Waiter | undefined
  #others: Set<Waiter> | undefined

  get isCancelled(): boolean {
    return this.#reason !== undefined
  }

  /** Makes `guard` and `check` throw `error` from now on; the first reason stays. */
  cancel(error: unknown): void {
    if (this.#reason !== undefined) return
    this.#reason = { error }
    const waiters = [this.#waiter, ...(this.#others ?? [])]
    this.#waiter = undefined
    this.#others = undefined
    for (const reject of waiters) reject?.(error)
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
    else this.#add(listener)
    return () => this.#remove(listener)
  }

  /** Waits for `promise`, but no longer than until the call is cancelled. */
  guard<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) {
        reject(this.#reason.error)
        promise.catch(() => undefined)
        return
      }
      this.#add(reject)
      promise.then(
        (value) => {
          this.#remove(reject)
          resolve(value)
        },
        (error) => {
          this.#remove(reject)
          reject(error)
        },
      )
    })
  }

  #add(waiter: Waiter): void {
    if (this.#waiter === undefined) this.#waiter = waiter
    else {
      this.#others ??= new Set()
      this.#others.add(waiter)
    }
  }

  #remove(waiter: Waiter): void {
    if (this.#waiter === waiter) this.#waiter = undefined
    else this.#others?.delete(waiter)
  }
}
