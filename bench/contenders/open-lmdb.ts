import { open, type RootDatabase } from 'lmdb'

/** Opens a file of lmdb's whose values are kept as JSON. */
export function openLmdb<Value>(path: string): RootDatabase<Value, string> {
  return open({ path, encoding: 'json' })
}
