import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rowLimits } from './contenders/index.js'
import type { TaskName, TaskResult } from './tasks/index.js'

const program = fileURLToPath(new URL('./trial.js', import.meta.url))

export interface Trials<Result> {
  readonly contender: string
  /** Rows that were written: fewer than asked for where the contender is slow. */
  readonly rows: number
  readonly results: readonly Result[]
}

/** Has each contender do a task `trials` times, each time in a process of its own, in another order every time. */
export async function runTrials<Task extends TaskName>(
  task: Task,
  contenders: readonly string[],
  rows: number,
  trials: number,
): Promise<Trials<TaskResult<Task>>[]> {
  const all = contenders.map((contender) => ({
    contender,
    rows: Math.min(rows, rowLimits[contender] ?? rows),
    results: [] as TaskResult<Task>[],
  }))
  for (let trial = 0; trial < trials; trial++) {
    for (let index = 0; index < all.length; index++) {
      const next = all[(index + trial) % all.length]
      if (next === undefined) continue
      console.error(`  ${next.rows} rows, trial ${trial + 1} of ${trials}: ${next.contender}`)
      const { stdout } = await promisify(execFile)(process.execPath, [
        program,
        task,
        next.contender,
        String(next.rows),
      ])
      next.results.push(JSON.parse(stdout))
    }
  }
  return all
}
