import type { LateScope } from '../scheduling/write-scheduler.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'

/**
 * What a call on a table may change and look at. The first one has the worker look for the constraints of the table,
 * which `table()` does not wait for.
 *
 * @param isAtHand - Whether its rows are all there.
 */
export function lateScopeOf(supervisor: WorkerSupervisor, table: BoundTable, isAtHand: boolean): LateScope {
  const atFirst = table.scopeOf(isAtHand)
  if (table.isLearned) return { atFirst, known: undefined }
  table.learning ??= supervisor
    .use((client) => client.request('constrain', { table: table.ref }))
    .then((constraints) => table.learn(constraints))
    // What is wrong, the call finds out by itself; the next one tries again.
    .catch(() => undefined)
    .finally(() => {
      table.learning = undefined
    })
  return { atFirst, known: table.learning.then(() => table.scopeOf(isAtHand)) }
}
