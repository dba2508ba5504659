import { statSync } from 'node:fs'
import { open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const keys = 10_000

function* rows(round: number) {
  for (let id = 0; id < keys; id++) yield { id, round, text: `round ${round} of ${id}, and some more text` }
}

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN
}

it('1,000 rounds of upserting the same keys take a flat time, and the file stops growing', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  const columns = { id: 'BIGINT', round: 'INTEGER', text: 'VARCHAR' }
  const table = await db.table('t', { columns, key: ['id'] })
  await table.persist(rows(0))
  const times: number[] = []
  const sizes: number[] = []
  for (let round = 1; round <= 1000; round++) {
    const receipt = await table.persist(rows(round), { onConflict: 'update' })
    expect(receipt).toMatchObject({ inserted: 0, updated: keys })
    times.push(receipt.totalMs)
    if (round % 200 > 0) continue
    await db.checkpoint()
    sizes.push(statSync(path).size)
  }
  const [found] = await db.query('SELECT count(*)::INT AS n, min(round) AS low FROM t')
  expect(found).toEqual({ n: keys, low: 1000 })
  await db.close()
  // The machine may be noisy; time that grows with the rounds would be ten times as long at their end.
  expect(median(times.slice(-200)) / median(times.slice(0, 200))).toBeLessThan(2)
  expect(Math.max(...sizes.slice(2))).toBeLessThanOrEqual(1.5 * Math.max(...sizes.slice(0, 2)))
})
