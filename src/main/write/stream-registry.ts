import { reportLoss } from '../../process/report-loss.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { Dependent } from '../scheduling/dependents.js'
import { exitGuard } from '../worker-thread/exit-guard.js'
import { saveBeforeExit } from '../worker-thread/save-before-exit.js'
import type { RowsAtExit, StreamTarget } from './stream-target.js'

/** A write stream, as far as it has rows that are not committed. */
export interface UnsavedStream extends Dependent {
  readonly target: StreamTarget
  readonly hasDirty: boolean
  save(): Promise<undefined>
  /** All that is not known to be committed, for the worker to write it. */
  takeAtExit(): readonly RowsAtExit[]
  /** Rows that were not taken, because there is no worker. */
  readonly rowsNotTaken: number
}

const streams = new Set<UnsavedStream>()

/**
 * The streams that have rows to commit, so that neither the end of their service nor that of the process loses them.
 * Others are forgotten: one that nobody ends may be collected.
 */
export const streamRegistry = {
  add(stream: UnsavedStream): void {
    const { target } = stream
    target.dependents.add(stream)
    target.writeAtExit(stream, () => stream.takeAtExit())
    saveBeforeExit.add(stream)
    streams.add(stream)
    exitGuard.savers.add(reportNotTaken)
  },

  delete(stream: UnsavedStream): void {
    const { target } = stream
    target.dependents.delete(stream)
    target.writeAtExit(stream, undefined)
    saveBeforeExit.delete(stream)
    streams.delete(stream)
    if (streams.size === 0) exitGuard.savers.delete(reportNotTaken)
  },
}

function reportNotTaken(): void {
  for (const { target, rowsNotTaken } of streams) {
    if (rowsNotTaken === 0) continue
    const stream = `the write stream to ${quoteName(target.name)}`
    reportLoss(
      `${rowsNotTaken} rows of ${stream} are lost at exit: the worker that was to write them has ended`,
    )
  }
}
