import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Misuse, parseCompareArguments, parseRunArguments } from './arguments.js'
import { runCompare } from './compare/run-compare.js'
import { describeMachine, readMachine } from './report/machine.js'
import { printTest } from './report/print-report.js'
import type { SuiteReport, TestReport } from './report/suite-report.js'
import { suites, usualSuites } from './suites/index.js'
import type { Suite, SuitePlan } from './suites/suite.js'

const args = process.argv.slice(2)
const isCompare = args[0] === 'compare'
try {
  if (isCompare) process.exitCode = await runCompare(parseCompareArguments(args.slice(1)))
  else await runSuites()
} catch (error) {
  if (!(error instanceof Misuse)) throw error
  console.error(error.message)
  // 1 of a comparison is that something is slower.
  process.exitCode = isCompare ? 2 : 1
}

async function runSuites(): Promise<void> {
  const { folder, ...asked } = parseRunArguments(args, [...suites.keys()], usualSuites)
  console.log(`${describeMachine(readMachine())}; ${new Date().toISOString().slice(0, 10)}\n`)
  await mkdir(folder, { recursive: true })
  for (const [name, suite] of asked.suites.map((name) => [name, suites.get(name)] as const)) {
    if (suite === undefined) continue
    const own = asked.isQuick ? suite.quick : suite.defaults
    const plan = { ...asked, sizes: asked.sizes ?? own.sizes, shapes: asked.shapes ?? own.shapes }
    const report = await runSuite(name, suite, plan)
    await write(join(folder, `${name}.json`), toJson(report))
    const charts = suite.charts?.(report) ?? []
    for (const { fileName, svg } of charts) await write(join(folder, `${fileName}.svg`), svg)
    console.log()
  }
}

/** Prints each of the tests as it is over. */
async function runSuite(suite: string, { run }: Suite, plan: SuitePlan): Promise<SuiteReport> {
  const command = commandOf(suite)
  const measuredAt = new Date().toISOString()
  console.error(suite)
  const tests: TestReport[] = []
  for await (const test of run(plan)) {
    printTest(suite, test)
    tests.push(test)
  }
  return { suite, command, measuredAt, machine: readMachine(), tests }
}

/** What was typed: a suite that has a script of its own is named by that. */
function commandOf(suite: string): string {
  const [script, given] = suite === 'remote' ? ['bench:remote', args.slice(1)] : ['bench', args]
  const typed = given.map((arg) => (arg.includes(' ') ? JSON.stringify(arg) : arg))
  return [`npm run ${script}`, ...(typed.length > 0 ? ['--', ...typed] : [])].join(' ')
}

async function write(path: string, content: string): Promise<void> {
  await writeFile(path, content)
  console.log(`Wrote ${path}`)
}

/** To be read by people too: the points of a timeline have a line each. */
function toJson(report: SuiteReport): string {
  const text = JSON.stringify(report, undefined, 2)
  return `${text.replace(/\[\s+(-?[\d.e+-]+),\s+(-?[\d.e+-]+)\s+\]/g, '[$1, $2]')}\n`
}
