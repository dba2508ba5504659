/** A change to a store. */
export type Change<T> =
  | { readonly type: 'set'; readonly key: string; readonly value: T }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'clear' }

/** Keys and values in memory: those of a store, or of a transaction on top of one. */
export interface Layer<T> {
  readonly size: number
  has(key: string): boolean
  get(key: string): T | undefined
  /** Makes the changes one after the other; nobody sees some of them only. */
  apply(changes: Iterable<Change<T>>): void
  /** The entries as they are now, whatever changes while they are walked through. */
  snapshot(): Iterable<readonly [key: string, value: T]>
}
