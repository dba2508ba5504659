import type { DuckDBType } from '@duckdb/node-api'
import type { CopiedParameter } from '../../protocol/copied-parameter.js'
import type { TypedNumbers } from '../../protocol/query-value.js'
import type { UntypedDate } from './date-probe.js'
import type { Place } from './place.js'

/** Where a survey is: what goes into a part pushes its place, and pops it. */
export type OpenPath = (string | number)[]

/** Looks at all values of a place, which are of one kind and not NULL, for a type that they have in common. */
export interface ContentSurvey {
  /** @throws WorkerFailure for a value that cannot be there. */
  add(value: CopiedParameter, path: OpenPath): void
  /** To be called when all of them have been added. */
  toPlace(): Place
}

/** The same for values of any kind, and NULL. */
export interface ValueSurvey extends ContentSurvey {
  /** Adds the items of a list that are numbers in memory; `isTyped` where the memory says of what type they are. */
  addNumbers(values: TypedNumbers | Uint8Array, isTyped: boolean, path: OpenPath): void
}

/** What the surveys of one parameter share. */
export interface SurveyContext {
  readonly dates: UntypedDate
  /** @param wanted - The type of the place; undefined where it is for the values to say. */
  readonly survey: (wanted: DuckDBType | undefined) => ValueSurvey
}
