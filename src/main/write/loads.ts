import { LoadSlots } from '../scheduling/load-slots.js'
import { ArraySource, isShort } from './array-source.js'
import type { RowSource } from './row-source.js'

/** How many calls of each kind may be under way: one that waits for its rows keeps none from having its turn that does not. */
export interface Loads {
  readonly arrays: LoadSlots
  readonly short: LoadSlots
  readonly coming: LoadSlots
}

export function createLoads(): Loads {
  return {
    // Two keep the worker busy.
    arrays: new LoadSlots(2),
    short: new LoadSlots(8),
    // Each has a buffer, and a transaction, however slowly its rows come.
    coming: new LoadSlots(32),
  }
}

export function slotsOf({ arrays, short, coming }: Loads, source: RowSource): LoadSlots {
  if (source.isAsync) return coming
  return source instanceof ArraySource && !isShort(source) ? arrays : short
}
