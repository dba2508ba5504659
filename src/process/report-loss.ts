import { writeSync } from 'node:fs'
import { inspect } from 'node:util'

/**
 * Says on stderr, at once, what is lost and no promise can report: the process is exiting, or a thread ends.
 * Not by the console, which prints nothing any more in a worker whose main thread waits.
 *
 * @param error - Shown with its stack.
 */
export function reportLoss(what: string, ...error: readonly unknown[]): void {
  const text = [what, ...error.map((one) => inspect(one))].join(' ')
  try {
    writeSync(2, `duckpaddle: ${text}\n`)
  } catch {
    // A pipe that is full, or closed: there is nobody else to say it to.
  }
}
