import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rowLimits } from './contenders/index.js'
import type { Checksum } from './read-back/checksum.js'
import type { TrialOptions, TrialResult } from './tasks/task.js'
import type { TaskName } from './trial.js'

const program = fileURLToPath(new URL('./trial.js', import.meta.url))
/** Longer than any trial takes: one that does not end by itself has come to a standstill. */
const timeoutMs = 600_000

export interface Trials {
  readonly contender: string
  /** Rows that were written: fewer than asked for where the contender is slow. */
  readonly rows: number
  readonly results: readonly TrialResult[]
}

/**
 * Has each contender do a task `trials` times, each time in a process of its own, in another order every time. One that
 * is too slow for all the rows is given the first of them.
 */
export async function runTrials(
  task: TaskName,
  contenders: readonly string[],
  rows: number,
  trials: number,
  options: TrialOptions = {},
): Promise<Trials[]> {
  const all = contenders.map((contender) => ({
    contender,
    rows: Math.min(rows, rowLimits[contender] ?? rows),
    results: [] as TrialResult[],
  }))
  const checksums = new Map<number, Checksum | undefined>()
  for (let trial = 0; trial < trials; trial++) {
    const first = trial % all.length
    for (const { contender, rows, results } of [...all.slice(first), ...all.slice(0, first)]) {
      console.error(`  ${rows} rows, trial ${trial + 1} of ${trials}: ${contender}`)
      const result = await runTrial(task, contender, rows, { ...options, checksum: checksums.get(rows) })
      if (result.checksum !== undefined) checksums.set(rows, result.checksum)
      results.push(result)
    }
  }
  return all
}

async function runTrial(
  task: TaskName,
  contender: string,
  rows: number,
  options: TrialOptions,
): Promise<TrialResult> {
  // Made here, so that it goes away even if the trial is killed.
  const folder = await mkdtemp(join(tmpdir(), 'duckpaddle-bench-'))
  // With gc() the memory that is looked at begins without the garbage of the preparations.
  const args = ['--expose-gc', program, task, contender, String(rows), folder, JSON.stringify(options)]
  try {
    const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 ** 2 } as const
    const { stdout } = await promisify(execFile)(process.execPath, args, limits)
    return JSON.parse(stdout)
  } catch (cause) {
    // What execFile() adds to its errors.
    const { killed, stderr, message } = cause as Error & { killed?: boolean; stderr?: string }
    const what = killed === true ? `did not end within ${timeoutMs / 60_000} minutes` : 'failed'
    const trial = `${task}, ${contender}, ${rows} rows`
    throw new Error(`The trial ${trial} ${what}\n${stderr || message}`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
