import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../build/bench/index.js', import.meta.url))
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])
const contenders = [
  'row by row',
  'prepared statement',
  'Appender on main',
  'worker, cloned rows',
  'duckpaddle',
]

it.each(['throughput', 'lag'])('the suite %s measures and verifies every contender', async (suite) => {
  const { stdout } = await bench(suite, '--rows', '1500', '--trials', '1')
  for (const contender of contenders) {
    expect(stdout).toMatch(new RegExp(`^${contender} +1500 +\\d+\\.\\d+ +\\d+`, 'm'))
  }
  expect(stdout).toMatch(/DuckDB v\d/)
})

it('refuses what it does not know', async () => {
  await expect(bench('lags')).rejects.toMatchObject({ code: 1 })
  await expect(bench('lag', '--rows', 'many')).rejects.toMatchObject({ code: 1 })
})
