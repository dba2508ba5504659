import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readMachine } from './report/machine.js'
import { printTest } from './report/print-report.js'
import type { SuiteReport, TestReport } from './report/suite-report.js'
import type { Suite, SuitePlan } from './suites/suite.js'

/** Runs a suite, prints each of its tests as it is over, and keeps the report and what is drawn of it in a folder. */
export async function runSuite(
  name: string,
  suite: Suite,
  plan: SuitePlan,
  { command, folder }: { readonly command: string; readonly folder: string },
): Promise<void> {
  const measuredAt = new Date().toISOString()
  console.error(name)
  const tests: TestReport[] = []
  for await (const test of suite.run(plan)) {
    printTest(name, test)
    tests.push(test)
  }
  const report: SuiteReport = { suite: name, command, measuredAt, machine: readMachine(), tests }
  const charts = suite.charts?.(report) ?? []
  const files = [
    { path: join(folder, `${name}.json`), content: toJson(report) },
    ...charts.map(({ fileName, svg }) => ({ path: join(folder, `${fileName}.svg`), content: svg })),
  ]
  await mkdir(folder, { recursive: true })
  for (const { path, content } of files) {
    await writeFile(path, content)
    console.log(`Wrote ${path}`)
  }
  console.log()
}

/** To be read by people too: the points of a timeline have a line each. */
function toJson(report: SuiteReport): string {
  const text = JSON.stringify(report, undefined, 2)
  return `${text.replace(/\[\s+(-?[\d.e+-]+),\s+(-?[\d.e+-]+)\s+\]/g, '[$1, $2]')}\n`
}
