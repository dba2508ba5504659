import type { PersistenceService } from 'duckpaddle'

/** Limits of the worker's heap for `loseWorker()` to exceed. */
export const smallHeap = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } as const

/**
 * Exhausts the heap of a worker with these limits, by parameters that it cannot receive: results are measured before
 * they are converted, but a message is not. Rejects with `PERSIST_WORKER_LOST`.
 */
export function loseWorker(db: Pick<PersistenceService, 'query'>): Promise<unknown> {
  return db.query(
    'SELECT 1',
    Array.from({ length: 1_000_000 }, (_, index) => `parameter ${index}`),
  )
}
