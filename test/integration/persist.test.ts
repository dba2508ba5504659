import { describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, openForTest, placeForTest } from '../support/test-engine.js'

const folder = temporaryFolder()

describe('persist()', () => {
  it('writes rows that another client reads after close()', async () => {
    const path = newDatabase(folder)
    const db = await openForTest(path)
    const table = await db.table('t', {
      ...placeForTest(),
      columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' },
    })
    const receipt = await table.persist([{ id: 1, name: 'Ada' }, { id: 2n }])
    await db.close()
    expect(receipt).toMatchObject({ rows: 2, inserted: 2, rejected: 0, batches: 1 })
    expect(await readDatabase(path, `SELECT * FROM ${nameOf('t')} ORDER BY id`)).toEqual([
      { id: '1', name: 'Ada' },
      { id: '2', name: null },
    ])
  })
})
