import { isMainThread } from 'node:worker_threads'
import { reportLoss } from '../../process/report-loss.js'
import { shutdownWords, workerStates } from '../../protocol/shutdown-words.js'
import { now } from '../scheduling/real-timers.js'
import { endProcess } from './end-process.js'
import { ProcessMembers } from './process-members.js'

interface Stoppable {
  readonly control: SharedArrayBuffer
  /** True where a caller has given up waiting for it already. */
  readonly isAbandoned: boolean
  /** Asks the worker to close, with what is to be written before. */
  postClose(): void
}

const stoppables = new ProcessMembers<Stoppable>('exit', endWorkers, guardExit)
const savers = new ProcessMembers<() => void>('exit', endWorkers, guardExit)
let isExiting = false
let isOver = false

/** Keeps the process from ending, however it comes to, while a worker is inside DuckDB: that would be a SIGABRT. */
export const exitGuard = {
  /** How long, in milliseconds, an exiting process waits for its workers before it ends without them. */
  waitMs: 30_000,
  /** The same for a worker for which `close({ timeoutMs })` has waited already. */
  abandonedWaitMs: 1000,

  add(stoppable: Stoppable): void {
    stoppables.add(stoppable)
  },

  delete(stoppable: Stoppable): void {
    stoppables.delete(stoppable)
  },

  /** Called when the workers have left their files, or are not waited for any longer. */
  get savers(): ProcessMembers<() => void> {
    return savers
  },
}

/** Has a worker give up what it is doing, between two steps of DuckDB. */
export function requestStop(control: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(control), shutdownWords.stop, 1)
}

/** The one listener to the exit: no event will be handled on this thread any more. */
function endWorkers(exitCode: number): void {
  if (isOver) return
  isOver = true
  const startedAt = now()
  stopAll(startedAt)
  const seconds = (now() - startedAt) / 1000
  for (const save of savers) save()
  // Only the main thread ends the process with it.
  if (!isMainThread || ![...stoppables].some(isAttached)) return
  const text = `DuckDB did not return within ${seconds.toFixed(1)} s, and the process ends without it`
  reportLoss(text)
  endProcess(exitCode)
}

/** Where a listener calls `process.exit()`, Node ends the process at once, without those that come after it. */
function guardExit(): void {
  if (isExiting) return
  isExiting = true
  const { exit } = process
  process.exit = (...given) => {
    endWorkers(Number(given[0] ?? process.exitCode ?? 0))
    return exit.apply(process, given)
  }
}

/** Asks all workers to roll back and close, then waits for them. */
function stopAll(startedAt: number): void {
  for (const stoppable of stoppables) {
    requestStop(stoppable.control)
    if (isAttached(stoppable) && !stoppable.isAbandoned) stoppable.postClose()
  }
  for (const { control, isAbandoned } of stoppables) {
    const waitMs = isAbandoned ? exitGuard.abandonedWaitMs : exitGuard.waitMs
    const left = Math.max(0, startedAt + waitMs - now())
    Atomics.wait(new Int32Array(control), shutdownWords.state, workerStates.attached, left)
  }
}

function isAttached({ control }: Stoppable): boolean {
  return Atomics.load(new Int32Array(control), shutdownWords.state) === workerStates.attached
}
