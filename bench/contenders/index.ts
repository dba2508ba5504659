import { cloningWorker } from './cloning-worker.js'
import type { Contender } from './contender.js'
import { duckpaddle } from './duckpaddle.js'
import { appender, preparedStatement, rowByRow } from './main-thread.js'

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

export const contenders: Readonly<Record<string, Contender>> = {
  idle,
  'row by row': rowByRow,
  'prepared statement': preparedStatement,
  'Appender on main': appender,
  'worker, cloned rows': cloningWorker,
  duckpaddle,
}

/** The most rows that a slow contender is given; more would take minutes. */
export const rowLimits: Readonly<Record<string, number>> = {
  'row by row': 3000,
  'prepared statement': 10_000,
}
