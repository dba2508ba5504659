/**
 * One trial, in a process of its own: `node trial.js <task> <contender> <rows> <folder> <options as JSON>`. Prints its
 * measurements as JSON, once what was written has been read back.
 */
import { type TaskName, tasks } from './tasks/index.js'

const [, , task = '', contender = '', rows, folder = '', options = '{}'] = process.argv
if (!isTask(task)) throw new Error(`There is no task ${task}`)
console.log(JSON.stringify(await tasks[task](contender, Number(rows), folder, JSON.parse(options))))

function isTask(name: string): name is TaskName {
  return Object.hasOwn(tasks, name)
}
