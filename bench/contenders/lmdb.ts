import { open, type RootDatabase } from 'lmdb'
import { checksumOf } from '../read-back/checksum.js'
import type { ReadBack } from '../read-back/verify-rows.js'
import { columnKinds, type Row, type StoredRow, toStoredRow } from '../shapes/shape.js'
import type { Contender, SetContender } from './contender.js'

/** Rows between two turns of the loop: what keeps it for a few milliseconds. */
const rowsPerTurn = 2000

/** Reads a file whose values are rows, each by a key that is not compared; a Date in them is text now. */
const readBack: ReadBack = async (path, shape, keys) => {
  const wanted = new Set<unknown>(keys)
  const columns = columnKinds(shape)
  const rows: StoredRow[] = []
  const database = openLmdb<Row>(path)
  function* values() {
    for (const { value } of database.getRange()) {
      if (wanted.has(value[shape.key])) rows.push(toStoredRow(columns, value))
      yield value
    }
  }
  const checksum = checksumOf(shape, values())
  await database.close()
  return { checksum, rows }
}

/**
 * Puts each row by its key, and waits for the last. The loop is let go from time to time, as a server would; it is not
 * one transaction, for lmdb makes them as it sees fit.
 *
 * @param isFlushed - Waits until it is on the disk, and not only for the commit, as `lmdbSets` does.
 */
export function lmdbRows(isFlushed: boolean): Contender {
  return {
    async open(path, shape) {
      const database = openLmdb<Row>(path)
      return {
        async write(rows) {
          let last: Promise<boolean> | undefined
          let count = 0
          for (const row of rows) {
            last = database.put(shape.keyOf(row), row)
            if (++count % rowsPerTurn === 0) await new Promise(setImmediate)
          }
          await last
          if (isFlushed) await database.flushed
          return undefined
        },
        close: () => database.close(),
      }
    },
    readBack,
  }
}

/** Puts each record, and awaits the last: what is put in one turn of the event loop shares a transaction. */
export const lmdbRecords: Contender = {
  async open(path, { keyOf }) {
    const database = openLmdb<unknown>(path)
    return {
      async write(records) {
        let last: Promise<boolean> | undefined
        for (const record of records) last = database.put(keyOf(record), record.value)
        await last
        return undefined
      },
      close: () => database.close(),
    }
  },
  entries,
}

/**
 * `put()` resolves at the commit, which may not have been flushed to the disk yet.
 *
 * @param isFlushed - Waits for the disk as well, as a commit of DuckDB does.
 */
export function lmdbSets(isFlushed: boolean): SetContender {
  return {
    async open(path) {
      const database = openLmdb<unknown>(path)
      return {
        async set({ key, value }) {
          await database.put(key, value)
          if (isFlushed) await database.flushed
        },
        close: () => database.close(),
      }
    },
    entries,
  }
}

async function* entries(path: string): AsyncGenerator<readonly [key: string, text: string]> {
  const database = openLmdb<unknown>(path)
  for (const { key, value } of database.getRange()) yield [key, JSON.stringify(value)]
  await database.close()
}

function openLmdb<Stored>(path: string): RootDatabase<Stored, string> {
  return open({ path, encoding: 'json' })
}
