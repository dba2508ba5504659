import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/persist-many.mjs', import.meta.url))
const mebibyte = 1024 * 1024

it('persists 5,000,000 rows of an async generator in bounded memory', async () => {
  const path = newDatabase(folder)
  const rows = 5_000_000
  const { stdout } = await promisify(execFile)(process.execPath, [program, path, String(rows)])
  const { receipt, grownBytes, peakInFlightBytes } = JSON.parse(stdout)
  console.log(`resident memory grew by ${Math.round(grownBytes / mebibyte)} MiB in ${receipt.totalMs} ms`)
  expect(receipt).toMatchObject({ rows, inserted: rows, rejected: 0 })
  expect(peakInFlightBytes).toBeLessThanOrEqual(32 * mebibyte)
  expect(grownBytes).toBeLessThan(256 * mebibyte)
  const [sums] = await readDatabase(path, 'SELECT count(*)::INT AS n, sum(id)::VARCHAR AS ids FROM t')
  expect(sums).toEqual({ n: rows, ids: String((BigInt(rows) * BigInt(rows - 1)) / 2n) })
})
