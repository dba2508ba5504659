import { open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it('a bad row, or a duplicate key, at the end of 1,000,000 leaves none of them', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  const definition = { columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' } } as const
  const table = await db.table('t', definition)
  const keyed = await db.table('keyed', { ...definition, primaryKey: ['id'] })
  function* rows(last: unknown) {
    for (let id = 0; id < 999_999; id++) yield { id, name: `name of row ${id}` }
    yield { id: last as number, name: 'last' }
  }
  await expect(table.persist(rows(0.5))).rejects.toMatchObject({ rejection: { index: 999_999 } })
  await expect(keyed.persist(rows(7))).rejects.toMatchObject({
    rejection: { index: 999_999, code: 'duplicate-key', conflictIndex: 7 },
  })
  await table.persist([{ id: 1 }])
  await keyed.persist([{ id: 2 }])
  await db.close()
  const sql = 'SELECT (SELECT list(id) FROM t)::VARCHAR AS t, (SELECT list(id) FROM keyed)::VARCHAR AS keyed'
  expect(await readDatabase(path, sql)).toEqual([{ t: '[1]', keyed: '[2]' }])
})
