import type { WriteScope } from './write-scope.js'

/** All that one of several calls changes or shares. */
export class ScopeUnion {
  readonly #changes = new Set<string>()
  readonly #all = new Set<string>()

  constructor(scope: WriteScope) {
    this.add(scope)
  }

  add({ changes, shares }: WriteScope): void {
    for (const name of changes) {
      this.#changes.add(name)
      this.#all.add(name)
    }
    for (const name of shares) this.#all.add(name)
  }

  /** Whether a call has to wait for one of these, or one of these for it. */
  isInConflict({ changes, shares }: WriteScope): boolean {
    return changes.some((name) => this.#all.has(name)) || shares.some((name) => this.#changes.has(name))
  }
}
