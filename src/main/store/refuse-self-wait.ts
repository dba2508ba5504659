import { internalsOf } from '../service-internals.js'
import type { ResolvedStorageOptions } from './storage-options.js'

/** @throws TypeError where what waits for a save is code of a `persist()` that saves wait for. */
export function refuseSelfWait({ database }: ResolvedStorageOptions, what: string): void {
  if (typeof database !== 'string') internalsOf(database).refuseSelfWait(what)
}
