/**
 * One trial, in a process of its own: `node trial.js <task> <contender> <rows> <folder> <options as JSON>`. Prints its
 * measurements as JSON, once what was written has been read back.
 */
import { type TaskName, tasks } from './tasks/index.js'

const [, , task = '', contender = '', rows, folder = '', options = '{}'] = process.argv
// What `runTrials` names is one of them.
const result = await tasks[task as TaskName](contender, Number(rows), folder, JSON.parse(options))
console.log(JSON.stringify(result))
