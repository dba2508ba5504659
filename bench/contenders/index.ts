import { setTimeout as sleep } from 'node:timers/promises'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { columnKinds } from '../shapes/shape.js'
import { chunkWorker } from './chunk-worker.js'
import type { Contender, SetContender } from './contender.js'
import * as ours from './duckpaddle.js'
import * as lmdb from './lmdb.js'
import * as main from './main-thread.js'
import { remoteContenders, remoteRowLimits } from './remote.js'
import { sqlUpserts } from './sql-upserts.js'
import { readSqlite } from './sqlite.js'

const idleMs = 1500
/** As the library has them: the size of a batch, and as many as `maxInFlightBytes` has room for. */
const [bufferBytes, mostBuffers] = [1024 ** 2, 64]

/** Nothing is written for a while: what the machine itself does to the loop. */
const idle: Contender = {
  open: async () => ({
    async write() {
      await sleep(idleMs)
      return undefined
    },
    close: async () => undefined,
  }),
}

/** Nothing is written: what has to be done on the main thread by everyone who is given objects and stores JSON. */
const stringifyAlone: Contender = {
  async open(_path, shape) {
    const names = columnKinds(shape).flatMap(([name, kind]) => (kind === 'json' ? [name] : []))
    let characters = 0
    return {
      async write(rows) {
        for (const row of rows) {
          for (const name of names) characters += JSON.stringify(row[name]).length
        }
        return undefined
      },
      async close() {
        // The lengths are used, so that no compiler leaves them out.
        if (characters === 0) throw new Error(`Expected the shape ${shape.name} to have JSON`)
      },
    }
  },
}

/**
 * Nothing is written: the bytes of typed arrays are copied, one row's after the other, as anyone has to who hands them to
 * another thread: into new buffers until there are as many as may be under way, and then into those again.
 */
const copyingAlone: Contender = {
  async open(_path, shape) {
    const names = columnKinds(shape).flatMap(([name, kind]) => (kind === 'nested' ? [name] : []))
    return {
      async write(rows) {
        const startedAt = performance.now()
        const buffers: Float32Array[] = []
        let target: Float32Array = new Float32Array()
        let [taken, end] = [0, 0]
        for (const row of rows) {
          for (const name of names) {
            const vector = row[name]
            if (!(vector instanceof Float32Array)) throw new Error(`Expected a Float32Array in ${name}`)
            if (end + vector.length > target.length) {
              target = buffers[taken % mostBuffers] ??= new Float32Array(
                bufferBytes / vector.BYTES_PER_ELEMENT,
              )
              taken++
              end = 0
            }
            target.set(vector, end)
            end += vector.length
          }
        }
        return { encodeMs: performance.now() - startedAt }
      },
      close: async () => undefined,
    }
  },
}

/** Write rows. */
const contenders: Readonly<Record<string, Contender>> = {
  idle,
  'JSON.stringify alone': stringifyAlone,
  'copying alone': copyingAlone,
  'row by row': main.rowByRow,
  'prepared statement': main.preparedStatement,
  'Appender on main': main.appender,
  'Appender on main, nested values': main.appender,
  'data chunks on main': main.dataChunks,
  'Appender on main, 64 MB': main.appenderInLimit,
  'Appender on main, PRIMARY KEY': main.appenderPrimaryKey,
  'worker, cloned rows': chunkWorker('duckdb', readDuckDB),
  'better-sqlite3 in a worker': chunkWorker('sqlite', readSqlite),
  'one-row DuckDB transaction': main.oneCommit,
  lmdb: lmdb.lmdbRows(true),
  'lmdb, unflushed': lmdb.lmdbRows(false),
  duckpaddle: ours.duckpaddle('none'),
  'duckpaddle, by column': ours.duckpaddleColumns,
  'duckpaddle, async generator': ours.duckpaddleAsync(),
  'duckpaddle, write stream': ours.duckpaddleStream,
  'duckpaddle, async generator, 64 MB': ours.duckpaddleAsync({ memoryLimit: '64MB' }),
  'duckpaddle, key': ours.duckpaddle('key'),
  'duckpaddle, primaryKey': ours.duckpaddle('primaryKey'),
  ...sqlUpserts,
  ...remoteContenders,
}

/** Keep records. */
const recordContenders: Readonly<Record<string, Contender>> = {
  'row by row': main.replaceEach,
  'prepared statement': main.replacePrepared,
  'Appender on main': main.appender,
  DuckDBStorageAdapter: ours.storageAdapter,
  lmdb: lmdb.lmdbRecords,
  'ON CONFLICT, PRIMARY KEY': main.onConflictRecords,
}

/** Commit each record before its caller goes on. */
const setContenders: Readonly<Record<string, SetContender>> = {
  DuckDBStorageAdapter: ours.storageAdapterEach,
  'DuckDB commit on main': main.oneCommitSets,
  lmdb: lmdb.lmdbSets(false),
  'lmdb, flushed': lmdb.lmdbSets(true),
}

/** The most rows that a slow contender is given, which take it 1 to 3 s. */
export const rowLimits: Readonly<Record<string, number>> = {
  'row by row': 2000,
  'prepared statement': 2000,
  'Appender on main, nested values': 50_000,
  ...remoteRowLimits,
}

export const findContender = finder(contenders)
export const findRecordContender = finder(recordContenders)
export const findSetContender = finder(setContenders)

function finder<Kind>(all: Readonly<Record<string, Kind>>): (name: string) => Kind {
  return (name) => {
    const found = all[name]
    if (found === undefined) throw new Error(`There is no contender ${name}`)
    return found
  }
}
