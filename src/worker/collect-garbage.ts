import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Ends results and statements that nobody holds any more: DuckDB's bindings have no other end for them than garbage
 * collection, and until then they keep the file, though the database is closed.
 */
export async function collectGarbage(): Promise<void> {
  const collect = findCollector()
  // What refers to another is finalized a turn of the event loop before it.
  for (let turn = 0; turn < 3 && typeof collect === 'function'; turn++) {
    collect(true)
    await setImmediate()
  }
}

/** What is closed stays closed where there is none, or where a runtime refuses it. */
function findCollector(): unknown {
  try {
    // https://bun.sh/reference/bun/gc
    const { Bun } = globalThis as unknown as { readonly Bun?: { readonly gc: unknown } }
    if (Bun !== undefined) return Bun.gc
    setFlagsFromString('--expose-gc')
    // The function is in contexts only that are made after the flag.
    return runInNewContext('gc')
  } catch {
    return undefined
  }
}
