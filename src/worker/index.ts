import { workerData } from 'node:worker_threads'
import type { Call, Outcome } from '../protocol/requests.js'
import { bindingFailure } from './binding-failure.js'
import { WorkerFailure } from './failure.js'
import type { Handle } from './handlers.js'
import { checkDuckDBVersion } from './instance/duckdb-version.js'
import { Shutdown } from './shutdown.js'

/** Set by `worker-client.ts`: the memory of `protocol/shutdown-words.ts`. */
const shutdown = new Shutdown(workerData)
const answer = await load()

/** What piscina calls with each request. */
export function handle(call: Call): Promise<Outcome<unknown>> {
  return answer(call)
}

/** DuckDB's addon takes 0.1 to 0.4 s to load, and ending the thread meanwhile would abort the process. */
async function load(): Promise<Handle> {
  try {
    shutdown.attach()
    // Several imports of what cannot be loaded would each throw, and all but one where nobody catches it.
    const { duckdb } = await import('./instance/duckdb.js')
    checkDuckDBVersion(duckdb.library_version())
    const { createHandle } = await import('./handlers.js')
    return createHandle(shutdown)
  } catch (error) {
    const failure = error instanceof WorkerFailure ? error.failure : bindingFailure(error)
    return async () => ({ ok: false, failure })
  } finally {
    shutdown.park()
  }
}
