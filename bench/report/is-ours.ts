import type { ContenderReport } from './suite-report.js'

/**
 * Whether a contender is this library, and not what it is measured against. The suite `encode` has none but this
 * library's column types, and baselines, which write nothing that could be verified.
 */
export function isOurs(
  { contender, verifiedRows }: Pick<ContenderReport, 'contender' | 'verifiedRows'>,
  suite: string,
): boolean {
  return suite === 'encode' ? verifiedRows.length > 0 : hasOurName(contender)
}

/** `duckpaddle`, its variants, such as `duckpaddle, key`, and its store. */
export function hasOurName(contender: string): boolean {
  return /^(?:duckpaddle|DuckDBStorageAdapter)\b/.test(contender)
}
