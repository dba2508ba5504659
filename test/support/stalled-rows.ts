import { afterEach } from 'vitest'
import { Deferred } from '../../src/sync/deferred.js'

const stalled: Deferred<void>[] = []
afterEach(() => {
  for (const { resolve } of stalled.splice(0)) resolve()
})

/** Gives rows with these ids and a text, and does not come to its end until it is told to, or the test is over. */
export function stallRows(text: string, ...ids: readonly number[]) {
  const end = new Deferred<void>()
  const started = new Deferred<void>()
  stalled.push(end)
  async function* rows() {
    for (const id of ids) yield { id, text }
    started.resolve()
    await end.promise
  }
  return { rows: rows(), started: started.promise, end: () => end.resolve() }
}
