import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attempt, attemptAt, attempts, types } from './support/attempts.js'
import { isDocumented, readDocumentedEngines } from './support/documented-engines.js'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

const documented = readDocumentedEngines()

it('the documented engines are those that are tested', () => {
  expect([...documented.keys()]).toEqual(engines.map(({ name }) => name))
})

const columns = { id: 'BIGINT' } as const

/** Of each thing that an engine may not have, how one tries it, and what it is refused with. */
const allAttempts: Readonly<Record<string, Attempt>> = {
  ...attempts,
  ...Object.fromEntries(types.map((type) => [`type ${type}`, attemptAt(`type ${type}`)])),
  '`key` and `onConflict`': {
    run: async (db, catalog) => {
      const table = await db.table(newTable(), { ...catalog.table, columns, key: ['id'] })
      await table.persist([{ id: 1 }])
      expect(await table.persist([{ id: 1 }], { onConflict: 'update' })).toMatchObject({ updated: 1 })
    },
  },
  'several processes': {
    run: async (db, catalog) => {
      const table = await db.table(newTable(), { ...catalog.table, columns })
      await table.persist([{ id: 1 }])
      const other = await catalog.open()
      try {
        await (await other.table(table.name, catalog.table)).persist([{ id: 2 }])
      } finally {
        await other.close()
      }
      const rows = await db.query(`SELECT id FROM ${catalog.name(table.name)} ORDER BY id`)
      expect(rows).toEqual([{ id: 1n }, { id: 2n }])
    },
    refusal: { message: expect.stringMatching(/./) },
  },
}

describe.each(engines)('$name', ({ name, create }) => {
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

  it.each(Object.keys(allAttempts))('has %s, or does not, as it is documented', async (feature) => {
    const attempt = allAttempts[feature]
    const refusal = await attempt?.run(db, catalog).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refusal === undefined, String(refusal)).toBe(isDocumented(documented.get(name) ?? {}, feature))
    if (refusal !== undefined)
      expect(refusal).toMatchObject(attempt?.refusal ?? expect.fail('It must be there'))
  })
})
