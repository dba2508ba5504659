import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { controlWords, workerStates } from '../../protocol/control-block.js'
import { now } from '../real-timers.js'
import { endProcess } from './end-process.js'

interface Stoppable {
  readonly control: SharedArrayBuffer
  /** True where a caller has given up waiting for it already. */
  readonly isAbandoned: boolean
  /** Asks the worker to close, with what is to be written before. */
  postClose(): void
}

const stoppables = new Set<Stoppable>()
let hasStopped = false

/** Keeps the process from ending, however it comes to, while a worker is inside DuckDB: that would be a SIGABRT. */
export const exitGuard = {
  /** How long, in milliseconds, an exiting process waits for its workers before it ends without them. */
  waitMs: 30_000,
  /** The same for a worker for which `close({ timeoutMs })` has waited already. */
  abandonedWaitMs: 1000,

  add(stoppable: Stoppable): void {
    if (stoppables.size === 0) process.on('exit', stopAll)
    stoppables.add(stoppable)
  },

  delete(stoppable: Stoppable): void {
    stoppables.delete(stoppable)
    if (stoppables.size === 0) process.off('exit', stopAll)
  },

  /** Does so at once, for what comes after it at the exit: no worker has a file open when this returns. */
  stopAll(exitCode: number): void {
    stopAll(exitCode)
  },
}

/** Has a worker give up what it is doing, between two steps of DuckDB. */
export function requestStop(control: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(control), controlWords.stop, 1)
}

/** Asks all workers to roll back and close, then waits for them: no event will be handled on this thread any more. */
function stopAll(exitCode: number): void {
  if (hasStopped) return
  hasStopped = true
  const startedAt = now()
  for (const stoppable of stoppables) {
    requestStop(stoppable.control)
    if (isAttached(stoppable) && !stoppable.isAbandoned) stoppable.postClose()
  }
  for (const { control, isAbandoned } of stoppables) {
    const waitMs = isAbandoned ? exitGuard.abandonedWaitMs : exitGuard.waitMs
    const left = Math.max(0, startedAt + waitMs - now())
    Atomics.wait(new Int32Array(control), controlWords.state, workerStates.attached, left)
  }
  // Only the main thread ends the process with it.
  if (!isMainThread || ![...stoppables].some(isAttached)) return
  const seconds = (now() - startedAt) / 1000
  writeSync(
    2,
    `duckpaddle: DuckDB did not return within ${seconds.toFixed(1)} s, and the process ends without it\n`,
  )
  endProcess(exitCode)
}

function isAttached({ control }: Stoppable): boolean {
  return Atomics.load(new Int32Array(control), controlWords.state) === workerStates.attached
}
