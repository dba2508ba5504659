import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../support/programs/store-many.mjs', import.meta.url))
const mebibyte = 1024 * 1024

it('has 20,000,000 entries, more than a Map can have, finds them, walks through them in order, and saves them', async () => {
  const entries = 20_000_000
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=12288',
    program,
    `${entries}`,
  ])
  const { found, setMs, saveMs, longestSetMs, longestSaveMs, ...seen } = JSON.parse(stdout)
  console.log(
    `set in ${setMs} ms, saved in ${saveMs} ms; longest stalls ${longestSetMs} and ${longestSaveMs} ms;`,
    `${Math.round(seen.setBytes / mebibyte)} MiB resident once set`,
  )
  expect(found).toEqual([0, 'changed', null, 2 ** 24, entries - 1, null])
  const size = entries - 1
  expect(seen).toMatchObject({ size, walked: size, isInOrder: true, inserted: size, rows: size })
  expect(seen.setBytes).toBeLessThan(8 * 1024 * mebibyte)
}, 600_000)
