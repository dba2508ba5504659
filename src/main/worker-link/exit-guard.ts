import { controlWords, workerStates } from '../../protocol/control-block.js'

/** How long an exiting process waits for its workers. A commit that takes longer is cut off, and aborts the process. */
const exitWaitMs = 30_000

interface Stoppable {
  readonly control: SharedArrayBuffer
  /** Asks the worker to close, with what is to be written before. */
  postClose(): void
}

const stoppables = new Set<Stoppable>()

/** Keeps the process from ending, however it comes to, while a worker is inside DuckDB: that would be a SIGABRT. */
export const exitGuard = {
  add(stoppable: Stoppable): void {
    if (stoppables.size === 0) process.on('exit', stopAll)
    stoppables.add(stoppable)
  },

  delete(stoppable: Stoppable): void {
    stoppables.delete(stoppable)
    if (stoppables.size === 0) process.off('exit', stopAll)
  },
}

/** Asks all workers to roll back and close, then waits for them: no event will be handled on this thread any more. */
function stopAll(): void {
  const deadline = performance.now() + exitWaitMs
  for (const stoppable of stoppables) {
    const words = new Int32Array(stoppable.control)
    Atomics.store(words, controlWords.stop, 1)
    if (Atomics.load(words, controlWords.state) === workerStates.attached) stoppable.postClose()
  }
  for (const { control } of stoppables) {
    const left = Math.max(0, deadline - performance.now())
    Atomics.wait(new Int32Array(control), controlWords.state, workerStates.attached, left)
  }
}
