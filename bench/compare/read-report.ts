import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { Misuse } from '../arguments.js'

/** JSON has null for NaN, which is what a ratio of nothing is: no value. */
const numbers = v.pipe(
  v.array(v.nullable(v.number())),
  v.transform((values) => values.filter((value) => value !== null)),
)

/** What a comparison needs to know of a SuiteReport, whatever else later or earlier versions of it say. */
const comparableReport = v.object({
  suite: v.string(),
  command: v.string(),
  measuredAt: v.string(),
  machine: v.record(v.string(), v.union([v.string(), v.number()])),
  tests: v.array(
    v.object({
      name: v.string(),
      rows: v.number(),
      figures: v.array(
        v.object({
          name: v.string(),
          unit: v.string(),
          better: v.picklist(['less', 'more', 'neither']),
          digits: v.number(),
        }),
      ),
      contenders: v.array(
        v.object({
          contender: v.string(),
          rows: v.number(),
          verifiedRows: numbers,
          values: v.record(v.string(), numbers),
        }),
      ),
    }),
  ),
})

export type ComparableReport = v.InferOutput<typeof comparableReport>

/** @throws Misuse if the file cannot be read or is not the report of a suite. */
export async function readReport(path: string): Promise<ComparableReport> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    return v.parse(comparableReport, json, { abortEarly: true })
  } catch (cause) {
    const [issue] = cause instanceof v.ValiError ? cause.issues : []
    const place = issue === undefined ? '' : `${v.getDotPath(issue) ?? ''}: `
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new Misuse(`Expected ${path} to be a report of a benchmark: ${place}${problem}`, { cause })
  }
}
