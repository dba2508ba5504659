import { Misuse, parseCompareArguments, parseRunArguments } from './arguments.js'
import { runCompare } from './compare/run-compare.js'
import { describeMachine, readMachine } from './report/machine.js'
import { runSuite } from './run-suite.js'
import { suites } from './suites/index.js'

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
  const asked = parseRunArguments(args, [...suites.keys()])
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  console.log(`${describeMachine(readMachine())}; ${new Date().toISOString().slice(0, 10)}\n`)
  for (const name of asked.suites) {
    const suite = suites.get(name)
    if (suite === undefined) continue
    const own = asked.isQuick ? suite.quick : suite.defaults
    const plan = { ...asked, sizes: asked.sizes ?? own.sizes, shapes: asked.shapes ?? own.shapes }
    await runSuite(name, suite, plan, { command, folder: asked.folder })
  }
}
