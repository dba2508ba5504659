import type { Checksum } from '../read-back/checksum.js'
import type { Timeline } from '../report/suite-report.js'

/** What a contender does in a trial, in a process of its own, with so many rows and in a folder of its own. */
export type Task = (
  contender: string,
  count: number,
  folder: string,
  options: TrialOptions,
) => Promise<TrialResult>

export interface TrialOptions {
  /** @defaultValue event */
  readonly shape?: string | undefined
  /** How long callers call, where they do. */
  readonly seconds?: number | undefined
  /** Of the rows, where an earlier trial has computed it. */
  readonly checksum?: Checksum | undefined
}

export interface TrialResult {
  /** Rows that were read back and found right; null for a contender that writes none. */
  readonly verifiedRows: number | null
  /** By the name of the figure; none where a figure is not this contender's. A test reports those that it has. */
  readonly values: Readonly<Record<string, number | undefined>>
  readonly timelines?: readonly Timeline[]
  /**
   * What became of something as rounds went by: a value at the start, and one after each tenth of the rounds. Or as
   * more and more callers called: a value of each number of them.
   */
  readonly series?: Readonly<Record<string, readonly (number | null)[]>>
  /** Of the rows, for the trials to come: it is the same for all who write them, and takes a second for a million. */
  readonly checksum?: Checksum
}
