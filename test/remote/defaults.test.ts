import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

/** Those that have tables which others may have made, by SQL of their own. */
const servers = [
  [
    'PostgreSQL',
    (sql: string) => `CALL postgres_execute('postgres', '${sql.replaceAll("'", "''")}')`,
    'STORED',
  ],
  ['Quack', (sql: string) => `FROM quack.query('${sql.replaceAll("'", "''")}')`, ''],
] as const

describe.each(servers)('a table that %s has made', (engine, onServer, stored) => {
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  let maker: PersistenceService
  let db: PersistenceService

  beforeAll(async () => {
    const found = engines.find(({ name }) => name === engine) ?? expect.fail('There is no such engine')
    catalog = await found.create(folder)
    maker = await catalog.open()
    db = await catalog.open()
  })
  afterAll(async () => {
    await db.close()
    await maker.close()
    await catalog.end?.()
    remove()
  })

  async function create(columns: string): Promise<string> {
    const name = newTable()
    await maker.run(onServer(`CREATE TABLE ${name} (${columns})`))
    if (catalog.refresh !== undefined) await db.run(catalog.refresh)
    return name
  }

  it('gives what rows do not carry its DEFAULTs, and takes what they do', async () => {
    const name = await create(`id INTEGER, a INTEGER DEFAULT 7, n VARCHAR NOT NULL DEFAULT 'x', b INTEGER`)
    const table = await db.table(name)
    expect(table.columns.map(({ notNull, hasDefault }) => [notNull, hasDefault])).toEqual([
      [false, false],
      [false, true],
      [true, true],
      [false, false],
    ])
    const rows = [{ id: 1, a: 1, n: 'given', b: 1 }, { id: 2 }, { id: 3, a: null }, { id: 4, n: 'y', b: 4 }]
    expect(await table.persist(rows as never)).toMatchObject({ inserted: 4 })
    const bad = table.persist([{ id: 5, n: null }] as never)
    await expect(bad).rejects.toMatchObject({ rejection: { code: 'not-null', column: 'n' } })
    await Promise.all([5, 6].map((id) => table.persist([id === 5 ? { id } : { id, a: 6 }] as never)))
    expect(await db.query(`FROM ${name} ORDER BY id`)).toEqual([
      { id: 1, a: 1, n: 'given', b: 1 },
      { id: 2, a: 7, n: 'x', b: null },
      { id: 3, a: null, n: 'x', b: null },
      { id: 4, a: 7, n: 'y', b: 4 },
      { id: 5, a: 7, n: 'x', b: null },
      { id: 6, a: 6, n: 'x', b: null },
    ])
  })

  it('is updated in the columns that rows carry, and new rows have its DEFAULTs', async () => {
    const name = await create(
      `id INTEGER, a INTEGER DEFAULT 7, g INTEGER GENERATED ALWAYS AS (2 * id) ${stored}, b INTEGER`,
    )
    const table = await db.table(name, { key: ['id'] } as never)
    expect(table.columns.map((column) => column.name)).toEqual(['id', 'a', 'b'])
    await table.persist([{ id: 1, a: 1, b: 1 }] as never)
    const rows = [{ id: 1, b: 2 }, { id: 2, b: 2 }, { id: 2, a: 3 }, { id: 3 }]
    const receipt = await table.persist(rows as never, { onConflict: 'update' } as never)
    expect(receipt).toMatchObject({ inserted: 2, updated: 2 })
    expect(await db.query(`FROM ${name} ORDER BY id`)).toEqual([
      { id: 1, a: 1, g: 2, b: 2 },
      { id: 2, a: 3, g: 4, b: 2 },
      { id: 3, a: 7, g: 6, b: null },
    ])
  })

  it('takes rows of which nothing is said', async () => {
    const name = await create('a INTEGER DEFAULT 7, b INTEGER DEFAULT 8')
    const table = await db.table(name)
    expect(await table.persist([{}, { a: 1 }, {}])).toMatchObject({ inserted: 3 })
    expect(await db.query(`FROM ${name} ORDER BY a`)).toEqual([
      { a: 1, b: 8 },
      ...[7, 7].map((a) => ({ a, b: 8 })),
    ])
  })
})

it('rows of a table of PostgreSQL are numbered by its own sequence', async () => {
  const { folder, remove } = catalogFolder()
  const catalog = await engines.find(({ name }) => name === 'PostgreSQL')?.create(folder)
  const db = await catalog?.open()
  if (db === undefined) return expect.fail('There is no such engine')
  await db.run(
    `CALL postgres_execute('postgres', 'CREATE TABLE numbered (id SERIAL PRIMARY KEY, a INTEGER)')`,
  )
  await db.run('CALL pg_clear_cache()')
  const table = await db.table('numbered')
  await Promise.all([1, 2, 3].map((a) => table.persist([{ a }] as never)))
  const rows = [{ id: 2, a: 20 }, { a: 4 }]
  const receipt = await table.persist(rows as never, { onConflict: 'update' } as never)
  expect(receipt).toMatchObject({ inserted: 1, updated: 1 })
  expect(await db.query('FROM numbered ORDER BY id')).toEqual([
    { id: 1, a: 1 },
    { id: 2, a: 20 },
    { id: 3, a: 3 },
    { id: 4, a: 4 },
  ])
  await db.close()
  remove()
})
