/** Measures, or compares what was measured: see `parse-arguments.ts` for the first, and `compare/` for the second. */

import { runCompare } from './compare/run-compare.js'
import { Misuse } from './misuse.js'
import { parseArguments } from './parse-arguments.js'
import { readMachine } from './report/machine.js'
import { printMachine } from './report/print-report.js'
import { runSuite } from './run-suite.js'
import { shapeNames } from './shapes/index.js'
import { suites } from './suites/index.js'

const args = process.argv.slice(2)
try {
  if (args[0] === 'compare') process.exitCode = await runCompare(args.slice(1))
  else await runSuites()
} catch (error) {
  if (!(error instanceof Misuse)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function runSuites(): Promise<void> {
  const known = { suites: [...suites.keys()], shapes: shapeNames }
  const { suites: names, sizes, shapes, trials, isQuick, folder } = parseArguments(args, known)
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  printMachine(readMachine(), new Date().toISOString())
  for (const name of names) {
    const suite = suites.get(name)
    if (suite === undefined) continue
    const own = isQuick ? suite.quick : suite.defaults
    const plan = { sizes: sizes ?? own.sizes, shapes: shapes ?? own.shapes, trials, isQuick }
    await runSuite(name, suite, plan, { command, folder })
  }
}
