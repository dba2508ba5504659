/** A way of writing rows; each has a button. */
export type Way = 'insert' | 'appender' | 'persist' | 'single'

/** What the server saw since the sample before. Moments are in milliseconds since 1970, of one machine's clock. */
export interface Sample {
  readonly fromMs: number
  readonly toMs: number
  /** The longest delay of a timer in between, in milliseconds. */
  readonly loopDelayMs: number
  readonly rowsPerSecond: number
  /** The write-ahead log of duckpaddle's file. */
  readonly walBytes: number
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'failed'
  readonly reasons: readonly string[]
  /** Absent where it was not to be had in time. */
  readonly memoryBytes: number | undefined
  readonly fileBytes: number | undefined
}

/** What runs now. */
interface RunningWay {
  readonly way: Way
  readonly startedAtMs: number
  /** Rows that it is to write, at most. */
  readonly totalRows: number
}

/** What the last run of a way came to. */
export interface RunReport {
  readonly way: Way
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Rows that are committed, by a count of the table. */
  readonly rows: number
  /** From the first row to the commit. */
  readonly seconds: number
  readonly longestLoopDelayMs: number
  /** What went wrong, if something did; figures mean nothing then. */
  readonly error?: string
}

/** The events of `/live`: their names, and their data. */
export interface LiveEvents {
  /** Samples of the last minute, as the stream begins. */
  readonly history: readonly Sample[]
  readonly sample: Sample & { readonly rowsOfRun: number }
  readonly state: { readonly running: RunningWay | null; readonly reports: readonly RunReport[] }
  readonly health: Health
}
