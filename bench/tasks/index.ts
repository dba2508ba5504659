import { encodeColumn } from './encode-column.js'
import { changeRecords, repeatChanges, saveRecords, setAlone, setTogether } from './records.js'
import { upsertRounds, upsertScattered } from './upserts.js'
import { serveWhileWriting, streamRows, writeRows } from './write-rows.js'

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
