import type { Change } from './layer.js'

/** What a store needs of its keeper. */
export interface StoreHooks<T> {
  /** Waited for before every operation; undefined when there is nothing to wait for. Throws where none may begin. */
  readonly ready: () => Promise<void> | undefined
  /** @throws where there are no entries to read in this turn of the event loop. */
  readonly checkOpen: () => void
  /**
   * Has changes of a call that cannot be made at once made at an exit of the process.
   *
   * @param takeRest - Those that are not made yet; throws where the call would be refused.
   * @returns what takes it back.
   */
  readonly accept: (takeRest: () => readonly Change<T>[]) => () => void
  /** Called after every change; the operation resolves when this does. */
  readonly changed: () => Promise<void> | undefined
  /** How long, in milliseconds, a loop over many entries may hold the event loop. */
  readonly sliceBudgetMs: number
}
