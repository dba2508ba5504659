import type { Decision } from './actions.js'

/** What a function for `onRowError` does about a row; it skips those that it is not meant for. */
export function decideOnRow(
  { does, codes, from }: Decision,
  { index, code }: { readonly index: number; readonly code: string },
): 'skip' | Decision['does'] {
  return index >= from && codes.includes(code) ? does : 'skip'
}
