/**
 * One trial, in a process of its own: `node trial.js <task> <contender> <rows> <folder> <options as JSON>`. Prints its
 * measurements as JSON, once what was written has been read back.
 */
import { callBeside } from './tasks/call-beside.js'
import { callExisting, callNew } from './tasks/calls.js'
import { openStore } from './tasks/open-store.js'
import { readRows } from './tasks/read-rows.js'
import { changeRecords, repeatChanges, saveRecords, setAlone, setTogether } from './tasks/records.js'
import type { Task } from './tasks/task.js'
import { tracePersist, traceQuery } from './tasks/traced-calls.js'
import { upsertRounds, upsertScattered } from './tasks/upserts.js'
import { serveWhileWriting, streamRows, writeRows, writeWatched } from './tasks/write-rows.js'

/** It needs parts of the library that are not published, and that a package which is installed has not. */
const encodeColumn: Task = async (...args) => (await import('./tasks/encode-column.js')).encodeColumn(...args)

const tasks = {
  ...{ writeRows, writeWatched, serveWhileWriting, streamRows, upsertScattered, upsertRounds, encodeColumn },
  ...{ readRows, openStore },
  ...{ callNew, callExisting, callBeside },
  ...{ tracePersist, traceQuery },
  ...{ saveRecords, changeRecords, setTogether, setAlone, repeatChanges },
}
export type TaskName = keyof typeof tasks

const [, , task = '', contender = '', rows, folder = '', options = '{}'] = process.argv
// What `runTrials` names is one of them.
const result = await tasks[task as TaskName](contender, Number(rows), folder, JSON.parse(options))
console.log(JSON.stringify(result))
