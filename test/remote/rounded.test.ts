import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

const lakes = engines.filter(({ name }) => name.startsWith('DuckLake'))

/** Parquet files have a DOUBLE for a HUGEINT. */
describe.each(lakes)('a HUGEINT of $name', ({ create }) => {
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  let db: PersistenceService

  beforeAll(async () => {
    catalog = await create(folder)
    db = await catalog.open()
  })
  afterAll(async () => {
    await db.close()
    await catalog.end?.()
    remove()
  })

  it.each(['HUGEINT', 'UHUGEINT'] as const)('is rejected where a file would round it (%s)', async (type) => {
    const columns = { id: 'INTEGER', v: type } as const
    const table = await db.table(newTable(), { ...catalog.table, columns })
    const exact = [0n, 1n, 2n ** 53n, 2n ** 60n, 2n ** 100n, null]
    const rounded = [2n ** 53n + 1n, 10n ** 20n + 1n, 2n ** 127n - 1n]
    // Enough for a file: a few rows stay in the catalog.
    const values = Array.from({ length: 50 }, () => [...exact, ...rounded]).flat()
    const rows = values.map((v, id) => ({ id, v }))
    const isExact = ({ v }: { v: bigint | null }) => exact.includes(v)
    const { inserted, rejections } = await table.persist(rows, { onRowError: 'skip', maxRejections: 1000 })
    expect(inserted).toBe(300)
    expect(new Set(rejections.map(({ code, column }) => `${code} ${column}`))).toEqual(new Set(['check v']))
    expect(rejections.map(({ index }) => index)).toEqual(
      rows.flatMap((row, id) => (isExact(row) ? [] : [id])),
    )
    expect(await db.query(`FROM ${catalog.name(table.name)} ORDER BY id`)).toEqual(rows.filter(isExact))
  })
})
