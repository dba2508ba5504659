import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

/** Both as processes of their own would have it open. */
describe.each(engines.filter(({ isShared }) => isShared))('two services on $name', ({ create }) => {
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  let services: readonly PersistenceService[]

  beforeAll(async () => {
    catalog = await create(folder)
    services = [await catalog.open(), await catalog.open()]
  })
  afterAll(async () => {
    for (const db of services) await db.close()
    await catalog.end?.()
    remove()
  })

  async function createTables() {
    const name = newTable()
    const columns = { id: 'BIGINT', n: 'BIGINT' } as const
    const tables = []
    for (const db of services) tables.push(await db.table(name, { ...catalog.table, columns, key: ['id'] }))
    return tables
  }

  it('change one row at once, and have the calls written again that were in conflict', async () => {
    const tables = await createTables()
    await tables[0]?.persist([
      { id: 1, n: 0 },
      { id: 2, n: 0 },
    ])
    for (let n = 1; n <= 8; n++) {
      const calls = tables.flatMap((table, service) => [
        table.persist([{ id: 1, n }], { onConflict: 'update' }),
        table.persist([{ id: 10 * n + service }]),
      ])
      for (const receipt of await Promise.all(calls)) expect(receipt).toMatchObject({ rows: 1 })
    }
    const [table] = tables
    const rows = await services[0]?.query(
      `SELECT id, n FROM ${catalog.name(table?.name ?? '')} ORDER BY id, n`,
    )
    const added = Array.from({ length: 8 }, (_, n) => [10n, 11n].map((first) => first + 10n * BigInt(n)))
    expect(rows).toEqual([
      { id: 1n, n: 8n },
      { id: 2n, n: 0n },
      ...added.flat().map((id) => ({ id, n: null })),
    ])
  })
})
