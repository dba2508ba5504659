import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rowLimits } from './contenders/index.js'
import type { Checksum } from './read-back/checksum.js'
import type { TaskName, TaskResult } from './tasks/index.js'
import type { TrialOptions } from './tasks/trial-options.js'

const program = fileURLToPath(new URL('./trial.js', import.meta.url))
/** Longer than any trial takes: one that does not end by itself has come to a standstill. */
const timeoutMs = 600_000

export interface Trials<Result> {
  readonly contender: string
  /** Rows that were written: fewer than asked for where the contender is slow. */
  readonly rows: number
  readonly results: readonly Result[]
}

/**
 * Has each contender do a task `trials` times, each time in a process of its own, in another order every time. One that
 * is too slow for all the rows is given the first of them.
 */
export async function runTrials<Task extends TaskName>(
  task: Task,
  contenders: readonly string[],
  rows: number,
  trials: number,
  options: TrialOptions = {},
): Promise<Trials<TaskResult<Task>>[]> {
  const all = contenders.map((contender) => ({
    contender,
    rows: Math.min(rows, rowLimits[contender] ?? rows),
    results: [] as TaskResult<Task>[],
  }))
  const checksums = new Map<number, Checksum | undefined>()
  for (let trial = 0; trial < trials; trial++) {
    for (let index = 0; index < all.length; index++) {
      const next = all[(index + trial) % all.length]
      if (next === undefined) continue
      console.error(`  ${next.rows} rows, trial ${trial + 1} of ${trials}: ${next.contender}`)
      const checksum = checksums.get(next.rows)
      const result = await runTrial(task, next.contender, next.rows, { ...options, checksum })
      if ('checksum' in result) checksums.set(next.rows, result.checksum)
      next.results.push(result)
    }
  }
  return all
}

async function runTrial<Task extends TaskName>(
  task: Task,
  contender: string,
  rows: number,
  options: TrialOptions,
): Promise<TaskResult<Task>> {
  // Made here, so that it goes away even if the trial is killed.
  const folder = await mkdtemp(join(tmpdir(), 'duckpaddle-bench-'))
  // With gc() the memory that is looked at begins without the garbage of the preparations.
  const args = ['--expose-gc', program, task, contender, String(rows), folder, JSON.stringify(options)]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 ** 2,
    })
    return JSON.parse(stdout)
  } catch (cause) {
    throw new Error(describeFailure(`${task}, ${contender}, ${rows} rows`, cause), { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function describeFailure(trial: string, cause: unknown): string {
  if (!(cause instanceof Error)) return `The trial ${trial} failed: ${cause}`
  // What execFile() adds to its errors.
  const { killed, stderr } = cause as { killed?: boolean; stderr?: string }
  const what = killed === true ? `did not end within ${timeoutMs / 60_000} minutes` : 'failed'
  return `The trial ${trial} ${what}\n${stderr || cause.message}`
}
