import type { SuiteReport, TestReport } from '../report/suite-report.js'

/** Tests that did the same with different numbers of rows, by their name, in the report's order. */
export function testsByName({ tests }: SuiteReport, prefix: string): Map<string, TestReport[]> {
  const groups = new Map<string, TestReport[]>()
  for (const test of tests) {
    if (!test.name.startsWith(prefix)) continue
    groups.set(test.name, [...(groups.get(test.name) ?? []), test])
  }
  return groups
}

/** The end of a file's name: `event` of `write event rows`. */
export function shapeOf(name: string): string {
  const shape = /^write (.+?) rows\b/.exec(name)?.[1] ?? name
  return shape
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
