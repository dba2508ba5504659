/** `npm run bench -- [throughput|lag|conflicts|kv] [--rows 1000,100000] [--trials 3]` */
import { parseArgs } from 'node:util'
import { printMachine } from './report.js'
import { conflicts } from './suites/conflicts.js'
import { kv } from './suites/kv/index.js'
import { lag } from './suites/lag.js'
import { throughput } from './suites/throughput.js'

const suites = { throughput, lag, conflicts, kv }
type SuiteName = keyof typeof suites
const defaultSizes: Record<SuiteName, readonly number[]> = {
  throughput: [1000, 10_000, 100_000, 1_000_000],
  lag: [1_000_000],
  conflicts: [100_000, 1_000_000],
  kv: [1000, 10_000, 100_000],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string' }, trials: { type: 'string', default: '3' } },
})
const names = positionals.length === 0 ? Object.keys(suites) : positionals
const unknown = names.find((name) => !Object.hasOwn(suites, name))
if (unknown !== undefined) fail(`Expected suites among ${Object.keys(suites).join(', ')}, got ${unknown}`)
const trials = toCount('--trials', values.trials)
const sizes = values.rows?.split(',').map((text) => toCount('--rows', text))

printMachine()
for (const name of names as SuiteName[]) await suites[name](sizes ?? defaultSizes[name], trials)

function toCount(option: string, text: string): number {
  const count = Number(text)
  return Number.isSafeInteger(count) && count > 0
    ? count
    : fail(`Expected ${option} to be integers > 0, got ${text}`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
