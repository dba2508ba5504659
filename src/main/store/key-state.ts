import { Expiring, isOver, type Stored } from './expiring.js'

/** What a transaction has done to a key: undefined where it was deleted. */
export type KeyState<T> = { readonly value: Stored<T> } | undefined

export function isThere<T>(state: KeyState<T>): boolean {
  return state !== undefined && !isOver(state.value)
}

export function liveValue<T>(state: KeyState<T>): T | undefined {
  if (!(state?.value instanceof Expiring)) return state?.value
  return state.value.isOver ? undefined : state.value.value
}

/** The entries that are there. */
export function* entriesOf<T>(
  states: Iterable<readonly [string, KeyState<T>]>,
): Generator<readonly [key: string, value: T]> {
  for (const [key, state] of states) {
    // There, it is no undefined that stands for nothing.
    if (isThere(state)) yield [key, liveValue(state) as T]
  }
}
