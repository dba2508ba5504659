import { readDuckDB } from '../read-back/read-duckdb.js'
import { readSqlite } from '../read-back/read-sqlite.js'
import { chunkWorker } from './chunk-worker.js'
import type { Contender, KeyedContender } from './contender.js'
import { duckpaddle, duckpaddleAsync, duckpaddleKeyed } from './duckpaddle.js'
import { findByName } from './find-by-name.js'
import { idle } from './idle.js'
import { lmdbRows } from './lmdb-rows.js'
import { appender, appenderInLimit, appenderPrimaryKey, preparedStatement, rowByRow } from './main-thread.js'
import { sqlUpserts } from './sql-upsert.js'
import { stringifyAlone } from './stringify-alone.js'

const contenders: Readonly<Record<string, Contender>> = {
  idle,
  'JSON.stringify alone': stringifyAlone,
  'row by row': rowByRow,
  'prepared statement': preparedStatement,
  'Appender on main': appender,
  'Appender on main, 64 MB': appenderInLimit,
  'Appender on main, PRIMARY KEY': appenderPrimaryKey,
  'worker, cloned rows': chunkWorker(new URL('./cloning-worker-thread.js', import.meta.url), readDuckDB),
  'better-sqlite3 in a worker': chunkWorker(
    new URL('./sqlite-worker-thread.js', import.meta.url),
    readSqlite,
  ),
  lmdb: lmdbRows,
  duckpaddle: duckpaddle('none'),
  'duckpaddle, async generator': duckpaddleAsync(),
  'duckpaddle, async generator, 64 MB': duckpaddleAsync({ memoryLimit: '64MB' }),
  'duckpaddle, key': duckpaddle('key'),
  'duckpaddle, primaryKey': duckpaddle('primaryKey'),
}

const keyedContenders: Readonly<Record<string, KeyedContender>> = {
  'duckpaddle, key': duckpaddleKeyed('key'),
  'duckpaddle, primaryKey': duckpaddleKeyed('primaryKey'),
  ...sqlUpserts,
}

/** The most rows that a slow contender is given, which take it 1 to 3 s. */
export const rowLimits: Readonly<Record<string, number>> = {
  'row by row': 2000,
  'prepared statement': 2000,
}

export function findContender(name: string): Contender {
  return findByName(contenders, name)
}

/** One that takes rows by their key. */
export function findKeyedContender(name: string): KeyedContender {
  return findByName(keyedContenders, name)
}
