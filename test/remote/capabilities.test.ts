import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBStorageAdapter, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'
import { root } from './support/extensions.js'
import { startQuack, stopQuack } from './support/quack.js'

let quack: ChildProcess

beforeAll(async () => {
  quack = await startQuack()
})
afterAll(() => stopQuack(quack))

/** The table of `docs/scaling.md`: of each engine, what it can do. */
function readTable(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const text = readFileSync(join(root, 'docs/scaling.md'), 'utf8')
  const table = text.split(/^## /m).find((section) => section.startsWith('What each can do')) ?? ''
  const [header = [], , ...rows] = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return new Map(
    rows.map(([name = '', ...cells]) => [
      name,
      Object.fromEntries(cells.map((cell, index) => [header[index + 1] ?? '', cell])),
    ]),
  )
}

const documented = readTable()

it('the documented engines are those that are tested', () => {
  expect([...documented.keys()]).toEqual(engines.map(({ name }) => name))
})

/** Tries something; whether it can be done. */
type Attempt = (db: PersistenceService, catalog: Catalog) => Promise<void>

const attempts: Readonly<Record<string, Attempt>> = {
  '`key` and `onConflict`': async (db, catalog) => {
    const table = await db.table(newTable(), { ...catalog.table, columns: { id: 'BIGINT' }, key: ['id'] })
    await table.persist([{ id: 1 }])
    expect(await table.persist([{ id: 1 }], { onConflict: 'update' })).toMatchObject({ updated: 1 })
  },
  '`primaryKey`': async (db, catalog) => {
    await db.table(newTable(), { ...catalog.table, columns: { id: 'BIGINT' }, primaryKey: ['id'] })
  },
  'verdict on a CHECK': async (db, catalog) => {
    const name = newTable()
    await db.run(`CREATE TABLE ${catalog.name(name)} (id INTEGER CHECK (id > 0))`)
    const table = await db.table(name, catalog.table)
    const { rejections } = await table.persist([{ id: -1 }], { onRowError: 'skip' })
    expect(rejections).toMatchObject([{ code: 'check' }])
  },
  'nested types': async (db, catalog) => {
    const name = newTable()
    const columns = { id: 'INTEGER', v: 'STRUCT(a INTEGER, b VARCHAR[])' } as const
    const table = await db.table(name, { ...catalog.table, columns })
    await table.persist([{ id: 1, v: { a: 1, b: ['x', null] } }])
    expect(await db.query(`SELECT v FROM ${catalog.name(name)}`)).toEqual([{ v: { a: 1, b: ['x', null] } }])
  },
  'a store': async (db, catalog) => {
    if (catalog.table.catalog !== undefined) throw new Error('A store is in the database that was opened')
    const store = new DuckDBStorageAdapter({ database: db, tableName: newTable() })
    await store.set('a', 1)
    await store.close()
  },
  'several processes': async (db, catalog) => {
    const table = await db.table(newTable(), { ...catalog.table, columns: { id: 'BIGINT' } })
    await table.persist([{ id: 1 }])
    const other = await catalog.open()
    try {
      await (await other.table(table.name, catalog.table)).persist([{ id: 2 }])
    } finally {
      await other.close()
    }
    expect(await db.query(`SELECT id FROM ${catalog.name(table.name)} ORDER BY id`)).toEqual([
      { id: 1n },
      { id: 2n },
    ])
  },
}

describe.each(engines)('$name', ({ name, create }) => {
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  let db: PersistenceService

  beforeAll(async () => {
    catalog = create(folder)
    db = await catalog.open()
  })
  afterAll(async () => {
    await db.close()
    remove()
  })

  it.each(Object.keys(attempts))('has %s, or does not, as it is documented', async (feature) => {
    const attempt = attempts[feature]?.(db, catalog)
    const isDone = await attempt?.then(
      () => 'yes',
      () => 'no',
    )
    expect(isDone).toBe(documented.get(name)?.[feature])
  })
})
