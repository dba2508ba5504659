import { change } from './change.js'
import { rounds } from './rounds.js'
import { save } from './save.js'
import { setEach } from './set-each.js'

/** A store of keys and JSON values: new records, changed ones, records that are committed each, and a long run. */
export async function kv(sizes: readonly number[], trials: number): Promise<void> {
  const largest = Math.max(...sizes)
  for (const size of sizes) await save(size, trials)
  await change([largest, 10 * largest], trials)
  await setEach(largest, trials)
  await rounds(largest, trials)
}
