import type { Machine } from './machine.js'

/** What a run of one suite found: it is printed as tables, kept as JSON, drawn as charts, and compared with another. */
export interface SuiteReport {
  readonly suite: string
  /** What was typed, so that it can be typed again. */
  readonly command: string
  /** ISO 8601, UTC. */
  readonly measuredAt: string
  readonly machine: Machine
  readonly tests: readonly TestReport[]
}

/** Contenders that did the same thing, in trials that took turns. */
export interface TestReport {
  /** The same in every run that does the same, whatever the number of rows: `event rows`. */
  readonly name: string
  /** What was measured and how: printed above the table. */
  readonly description: string
  /** Rows that every contender was to write; one that is slow writes fewer. */
  readonly rows: number
  readonly trials: number
  readonly figures: readonly FigureDefinition[]
  readonly contenders: readonly ContenderReport[]
  /** What follows from the figures: a line each, printed below the table. */
  readonly remarks: readonly string[]
}

export interface FigureDefinition {
  /** `time to write` */
  readonly name: string
  /** `s`, `ms`, `MiB`, `rows/s`; empty for a ratio. */
  readonly unit: string
  /** Which way is faster; `neither` for what is shown and not compared, such as a count of slices. */
  readonly better: 'less' | 'more' | 'neither'
  /** Digits after the point in a table. */
  readonly digits: number
  /** Contenders whose median the others' are divided by, each in a column of its own. */
  readonly relativeTo?: readonly string[] | undefined
}

export interface ContenderReport {
  readonly contender: string
  readonly rows: number
  /** Rows that were read back and found right, of each trial; none where a contender writes none. */
  readonly verifiedRows: readonly number[]
  /** By the name of the figure, a value of each trial; none where a figure is not this contender's. */
  readonly values: Readonly<Record<string, readonly number[]>>
  /** What was seen over time in one of the trials, the one whose time to write is the median. */
  readonly timelines?: readonly Timeline[] | undefined
}

export interface Timeline {
  /** `loop delay` */
  readonly name: string
  readonly unit: string
  /** Seconds since the write began, and the value then. */
  readonly points: readonly (readonly [seconds: number, value: number])[]
}

/**
 * Whether a contender is this library, and not what it is measured against. The suite `encode` has none but this
 * library's column types, and baselines, which write nothing that could be verified.
 */
export function isOurs(
  { contender, verifiedRows }: Pick<ContenderReport, 'contender' | 'verifiedRows'>,
  suite: string,
): boolean {
  if (suite === 'encode') return verifiedRows.length > 0
  return /^(?:duckpaddle|DuckDBStorageAdapter)\b/.test(contender)
}
