import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../support/programs/level-suite.mjs', import.meta.url))

it("duckpaddle/abstract-level passes all assertions of abstract-level's own suite", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 2 ** 26 })
  expect(stdout.split('\n').filter((line) => line.startsWith('not ok'))).toEqual([])
  expect(stdout).toMatch(/^# tests 5126\n# pass {2}5126\n/m)
})
