import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

const texts = [
  ...["it's", "<'x'>", "'x'", "'", '"x"', 'a\\b', "\\'", 'x, y', '{a: 1}', '[1]', 'NULL', '', ' x ', 'a\nb'],
  ..."a=b ( é🦆 '{ }'".split(' '),
]

/** As a MAP is read. */
const entriesOf = (map: ReadonlyMap<string, unknown>) => [...map].map(([key, value]) => ({ key, value }))

/** The catalog of a lake may have a few rows as text. */
describe.each(engines.filter(({ name }) => name.startsWith('DuckLake')))('$name', ({ create }) => {
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  let db: PersistenceService

  beforeAll(async () => {
    catalog = await create(folder)
    db = await catalog.open()
  })
  afterAll(async () => {
    await db.close()
    remove()
  })

  it.each([
    ['VARCHAR', (text: string) => text],
    ['VARCHAR[]', (text: string) => [text, null]],
    ['STRUCT(a VARCHAR, "b c" INTEGER)', (text: string) => ({ a: text, 'b c': 1 })],
    ['STRUCT(a VARCHAR[])[]', (text: string) => [{ a: [text] }]],
    ['MAP(VARCHAR, STRUCT(a VARCHAR))', (text: string) => new Map([[text, { a: text }]])],
    ['JSON', (text: string) => ({ text })],
    ['JSON[]', (text: string) => [{ text }, text]],
  ])('keeps each text in a %s, written alone', async (type, make) => {
    const table = await db.table(newTable(), {
      ...catalog.table,
      columns: { id: 'BIGINT', v: type },
      key: ['id'],
    } as never)
    const rows = texts.map((text, id) => ({ id, v: make(text) }))
    for (const row of rows) await table.persist([row] as never)
    await table.persist([rows[0], rows[1]] as never, { onConflict: 'update' } as never)
    const sql = `SELECT id, v FROM ${catalog.name(table.name)} ORDER BY id`
    const expected = rows.map(({ id, v }) => ({ id, v: v instanceof Map ? entriesOf(v) : v }))
    expect(await db.query(sql, [], { bigints: 'number' })).toEqual(expected)
  })
})
