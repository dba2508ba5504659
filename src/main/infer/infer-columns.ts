import type { Rows } from '../contract/rows.js'
import { Cancellation } from '../scheduling/cancellation.js'
import { onAbort } from '../scheduling/on-abort.js'
import { nextTurn } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { AsyncSource } from '../write/async-source.js'
import { createRowSource, type RowSource } from '../write/row-source.js'
import { type InferOptions, resolveInferOptions } from './infer-options.js'
import { RowSurvey } from './row-survey.js'

/** Definitions of columns, by the names of the properties that rows may have. */
export type InferredColumns<Row extends object> = {
  readonly [Name in Row extends unknown ? keyof Row & string : never]: string
}

/** As of `open()` where nothing else is said. */
const sliceBudgetMs = 2

/**
 * Looks at every row, in slices of 2 ms at most, and resolves to definitions of columns that take them all, in the
 * order in which the rows bring them.
 *
 * - A column is made of each property of its own that some row has, unless it is always undefined. All are nullable,
 *   for what comes next may lack a value: make a column NOT NULL by `{ ...columns, id: 'BIGINT NOT NULL' }`, or by `key`.
 * - Integers are INTEGER, BIGINT from 2^31 on or where there is a bigint, then HUGEINT and UHUGEINT. With fractions, with
 *   integers past 2^53 as numbers, with NaN and the infinities they are DOUBLE.
 * - Strings are VARCHAR, also those that look like dates; Dates are TIMESTAMP, booleans BOOLEAN, a Uint8Array BLOB.
 * - Arrays are LISTs and objects STRUCTs where all values agree: all items are of one type, all objects have the same
 *   properties. Typed arrays are LISTs. What else there is of objects and arrays is JSON, and so is what is of several
 *   kinds, and what is always null.
 *
 * @param rows - As for `persist()`. An array can be persisted afterwards; a generator or a stream is used up by it, also
 * where only a `sample` is looked at.
 * @throws TypeError, as a rejection, for options or rows that are none; where there is no row, or no property; for a
 * value that no column takes, such as a Map; for values that none takes together, such as a bigint and a string; and for
 * names that no table has together: an empty one, or two that differ in case only.
 * @throws `PERSIST_ABORTED` if `signal` aborts.
 *
 * @example
 * ```ts
 * const columns = await inferColumns(rows)
 * const table = await db.table('imported', { columns })
 * await table.persist(rows)
 * ```
 */
export async function inferColumns<Row extends object>(
  rows: Rows<Row>,
  options: InferOptions = {},
): Promise<InferredColumns<Row>> {
  const { sample, signal, parse } = resolveInferOptions(options)
  const source = createRowSource(rows)
  const cancellation = new Cancellation()
  const stopListening = onAbort(signal, (error) => cancellation.cancel(error))
  const survey = new RowSurvey(parse)
  try {
    cancellation.check()
    await (source.isAsync
      ? surveyAsync(source, survey, sample, cancellation)
      : surveySync(source, survey, sample, cancellation))
    // There is one of each name, unless all of its values are undefined.
    return survey.definitions() as InferredColumns<Row>
  } finally {
    source.release()
    stopListening()
  }
}

async function surveySync(
  source: Exclude<RowSource, AsyncSource>,
  survey: RowSurvey,
  sample: number,
  cancellation: Cancellation,
): Promise<void> {
  const slice = new TimeSlice(sliceBudgetMs)
  slice.start()
  while (survey.rows < sample && source.advance()) {
    survey.add(source.row)
    if (slice.isOver()) await yieldTurn(slice, cancellation)
  }
}

async function surveyAsync(
  source: AsyncSource,
  survey: RowSurvey,
  sample: number,
  cancellation: Cancellation,
): Promise<void> {
  source.onFailure = (error) => cancellation.cancel(error)
  const slice = new TimeSlice(sliceBudgetMs)
  slice.start()
  while (survey.rows < sample) {
    const { done, value } = await cancellation.guard(askNext(source))
    if (done === true) {
      source.end()
      return
    }
    survey.add(value)
    if (slice.isOver()) await yieldTurn(slice, cancellation)
  }
}

/** Not every iterator that calls itself asynchronous returns a promise. */
async function askNext(source: AsyncSource): Promise<IteratorResult<unknown>> {
  try {
    return await source.next()
  } catch (error) {
    // What has thrown need not be released.
    source.end()
    throw error
  }
}

async function yieldTurn(slice: TimeSlice, cancellation: Cancellation): Promise<void> {
  await nextTurn()
  cancellation.check()
  slice.start()
}
