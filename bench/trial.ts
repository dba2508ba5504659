/**
 * One trial, in a process of its own: `node trial.js <task> <contender> <rows>`. Prints its measurements as JSON, once
 * what was written has been read back.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TaskName, tasks } from './tasks/index.js'

const [, , task = '', contender = '', rows] = process.argv
if (!isTask(task)) throw new Error(`There is no task ${task}`)
const folder = await mkdtemp(join(tmpdir(), 'duckpaddle-bench-'))
try {
  console.log(JSON.stringify(await tasks[task](contender, Number(rows), folder)))
} finally {
  await rm(folder, { recursive: true, force: true })
}

function isTask(name: string): name is TaskName {
  return Object.hasOwn(tasks, name)
}
