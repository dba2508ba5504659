import { cloningWorker } from './cloning-worker.js'
import type { Contender, KeyedContender } from './contender.js'
import { duckpaddle, duckpaddleKey, duckpaddlePrimaryKey } from './duckpaddle.js'
import { findByName } from './find-by-name.js'
import { appender, appenderPrimaryKey, preparedStatement, rowByRow } from './main-thread.js'
import { sqlUpserts } from './sql-upsert.js'

/** Nothing is written: what the machine itself does to the loop. */
const idle: Contender = {
  open: async () => ({
    write: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      return undefined
    },
    close: async () => undefined,
  }),
}

const keyedContenders: Readonly<Record<string, KeyedContender>> = {
  'duckpaddle, key': duckpaddleKey,
  'duckpaddle, primaryKey': duckpaddlePrimaryKey,
  ...sqlUpserts,
}

const contenders: Readonly<Record<string, Contender>> = {
  idle,
  'row by row': rowByRow,
  'prepared statement': preparedStatement,
  'Appender on main': appender,
  'Appender on main, PRIMARY KEY': appenderPrimaryKey,
  'worker, cloned rows': cloningWorker,
  duckpaddle,
  ...keyedContenders,
}

/** The most rows that a slow contender is given; more would take minutes. */
export const rowLimits: Readonly<Record<string, number>> = {
  'row by row': 3000,
  'prepared statement': 10_000,
}

export function findContender(name: string): Contender {
  return findByName(contenders, name)
}

/** One that takes rows by their key. */
export function findKeyedContender(name: string): KeyedContender {
  return findByName(keyedContenders, name)
}
