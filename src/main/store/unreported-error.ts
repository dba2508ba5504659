import type { EmitEvent } from './storage-events.js'

/** The error of an automatic save that no call has rejected with yet. */
export class UnreportedError {
  readonly #emit: EmitEvent
  #unreported: { readonly error: unknown } | undefined

  constructor(emit: EmitEvent) {
    this.#emit = emit
  }

  /** Has the listeners to errors know it, too. */
  record(error: unknown): void {
    this.#unreported = { error }
    this.#emit('persistError', error)
    this.#emit('error', error)
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
