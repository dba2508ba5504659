/** What a task is told besides its contender and the number of rows. */
export interface TrialOptions {
  /** @defaultValue event */
  readonly shape?: string
}

export const defaultShape = 'event'
