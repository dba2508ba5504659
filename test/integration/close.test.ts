import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { isLong } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const longQuery = 'SELECT count(*) FROM range(1000000) a, range(1000000) b'

function* endless() {
  for (let id = 0; ; id++) yield { id }
}

async function openWithTable(path: string) {
  const db = await open(path)
  return { db, table: await db.table('t', { columns: { id: 'BIGINT NOT NULL' } }) }
}

describe('close()', () => {
  it('waits for what is running, and for what is queued', async () => {
    const path = newDatabase(folder)
    const { db, table } = await openWithTable(path)
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id }))
    const calls = [
      table.persist(rows),
      table.persist(rows),
      db.query('SELECT 1 AS one'),
      db.run('CREATE TABLE u (a INT)'),
    ]
    const report = await db.close()
    await Promise.all(calls)
    expect(report).toEqual({ interrupted: 0 })
    expect(await readDatabase(path, 'SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 200_000 }])
  })

  it('is idempotent, and refuses new work from the first call on', async () => {
    const { db, table } = await openWithTable(newDatabase(folder))
    const closed = db.close()
    expect(db.stats().status).toBe('closing')
    const refused = { code: 'PERSIST_CLOSED' }
    await expect(table.persist([{ id: 1 }])).rejects.toMatchObject(refused)
    await expect(db.query('SELECT 1')).rejects.toMatchObject(refused)
    await closed
    expect(await db.close()).toEqual({ interrupted: 0 })
    expect(db.stats().status).toBe('closed')
    await expect(db.run('SELECT 1')).rejects.toMatchObject(refused)
    await expect(db.table('t')).rejects.toMatchObject(refused)
    await expect(db.checkpoint()).rejects.toMatchObject(refused)
  })

  it('with timeoutMs interrupts what is still running, rolls it back and says so', async () => {
    const path = newDatabase(folder)
    const { db, table } = await openWithTable(path)
    await table.persist([{ id: -1 }])
    const running = [
      table.persist(endless()),
      table.persist([{ id: 1 }]),
      db.query(longQuery),
      db.run(longQuery),
    ]
    const settled = Promise.allSettled(running)
    expect(await db.close({ timeoutMs: 100 })).toEqual({ interrupted: 3 })
    for (const [index, result] of (await settled).entries()) {
      // The rows of one call are all there, and nothing that runs holds it up.
      if (index === 1) expect(result).toMatchObject({ status: 'fulfilled' })
      else expect(result).toMatchObject({ status: 'rejected', reason: { code: 'PERSIST_ABORTED' } })
    }
    expect(await readDatabase(path, 'SELECT id FROM t ORDER BY id')).toEqual([{ id: '-1' }, { id: '1' }])
  })

  it('can be given a limit by a later call', async () => {
    const { db, table } = await openWithTable(newDatabase(folder))
    const aborted = expect(table.persist(endless())).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    const closed = db.close()
    await db.close({ timeoutMs: 0 })
    expect(await closed).toEqual({ interrupted: 1 })
    await aborted
  })

  it('lets the worker end what nobody waits for any more', async () => {
    // The first call on a table has the worker look for its constraints, by several statements that nobody cancels.
    for (let round = 0; round < (isLong ? 12 : 4); round++) {
      const { db, table } = await openWithTable(newDatabase(folder))
      const aborted = expect(table.persist(endless())).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
      await db.close({ timeoutMs: 0 })
      await aborted
    }
  })

  it('refuses misuse', async () => {
    const { db } = await openWithTable(newDatabase(folder))
    await expect(db.close({ timeout: 1 } as never)).rejects.toThrow(TypeError)
    await expect(db.close({ timeoutMs: -1 })).rejects.toThrow(RangeError)
    await db[Symbol.asyncDispose]()
    expect(db.stats().status).toBe('closed')
  })
})
