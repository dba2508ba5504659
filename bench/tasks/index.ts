import { changeRecords } from './change-records.js'
import { encodeColumn } from './encode-column.js'
import { repeatChanges } from './repeat-changes.js'
import { saveRecords } from './save-records.js'
import { serveWhileWriting } from './serve-while-writing.js'
import { setAlone } from './set-alone.js'
import { setTogether } from './set-together.js'
import { streamRows } from './stream-rows.js'
import { upsertRounds } from './upsert-rounds.js'
import { upsertScattered } from './upsert-scattered.js'
import { writeRows } from './write-rows.js'

/** What a contender can be told to do in a trial, with so many rows, in a folder of its own. */
export const tasks = {
  writeRows,
  serveWhileWriting,
  streamRows,
  upsertScattered,
  upsertRounds,
  saveRecords,
  changeRecords,
  setTogether,
  setAlone,
  repeatChanges,
  encodeColumn,
} as const

export type TaskName = keyof typeof tasks
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<(typeof tasks)[Name]>>
