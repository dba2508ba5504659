import type { Checksum } from '../read-back/checksum.js'

/** What a task is told besides its contender and the number of rows. */
export interface TrialOptions {
  /** @defaultValue event */
  readonly shape?: string
  /** Of the rows, where an earlier trial has computed it. */
  readonly checksum?: Checksum | undefined
}

export const defaultShape = 'event'
