import { readLmdb } from '../read-back/read-lmdb.js'
import type { Contender } from './contender.js'
import { openLmdb } from './open-lmdb.js'

/** Rows between two turns of the loop: what keeps it for a few milliseconds. */
const rowsPerTurn = 2000

/**
 * Puts each row by its key, and waits until the last is on the disk. The loop is let go from time to time, as a server
 * would; it is not one transaction, for lmdb makes them as it sees fit.
 */
export const lmdbRows: Contender = {
  async open(path, shape) {
    const database = openLmdb<object>(path)
    return {
      async write(rows) {
        let last: Promise<boolean> | undefined
        let count = 0
        for (const row of rows) {
          last = database.put(shape.keyOf(row), row)
          if (++count % rowsPerTurn === 0) await new Promise(setImmediate)
        }
        await last
        await database.flushed
        return undefined
      },
      close: () => database.close(),
    }
  },
  readBack: readLmdb,
}
