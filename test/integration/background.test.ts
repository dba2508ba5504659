import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Deferred } from '../../src/sync/deferred.js'
import { outcomesOf, written } from '../support/call-outcomes.js'
import { stallRows } from '../support/stalled-rows.js'
import {
  createSqlTable,
  nameOf,
  need,
  needForTable,
  openForTest,
  placeForTest,
} from '../support/test-engine.js'

let db: PersistenceService
beforeAll(async () => {
  db = await openForTest(':memory:')
})
afterAll(() => db.close())

let tables = 0
const background = { background: true } as const
const columns = { id: 'BIGINT NOT NULL', text: 'VARCHAR' } as const
async function create(how: 'key' | 'primaryKey' = 'key') {
  await needForTable('', { [how]: ['id'] })
  return db.table(`t_${++tables}`, { ...placeForTest(), columns, [how]: ['id'] } as never)
}

const textsOf = async ({ name }: { readonly name: string }) =>
  (await db.query<{ text: string }>(`SELECT id || ' ' || text AS text FROM ${nameOf(name)} ORDER BY id`)).map(
    ({ text }) => text,
  )

/** Rows of an import; bad ones are no rows to the compiler. */
function stall(...ids: readonly number[]) {
  const { rows, ...control } = stallRows('import', ...ids)
  return { rows: rows as never, ...control }
}

const row = (id: number, text: string) => [{ id, text }] as never

describe.each(['key', 'primaryKey'] as const)('a call in the background, on a table with a %s', (how) => {
  it('lets those on its table have their turn while its rows are coming, and comes after them', async () => {
    const table = await create(how)
    await table.persist(row(1, 'before'))
    const slow = stall(1, 2, 3)
    const call = table.persist(slow.rows, { ...background, onConflict: 'update' })
    await slow.started
    expect(await table.persist(row(2, 'meanwhile'))).toMatchObject({ inserted: 1 })
    expect(await table.persist(row(4, 'meanwhile'))).toMatchObject({ inserted: 1 })
    expect(await textsOf(table)).toEqual(['1 before', '2 meanwhile', '4 meanwhile'])
    slow.end()
    expect(await call).toMatchObject({ rows: 3, inserted: 1, updated: 2 })
    expect(await textsOf(table)).toEqual(['1 import', '2 import', '3 import', '4 meanwhile'])
  })

  it('is refused the keys that others have written meanwhile', async () => {
    const table = await create(how)
    const [slow, aborted] = [stall(1, 2, 3), stall(7, 2)]
    const call = table.persist(slow.rows, { ...background, onRowError: 'skip' })
    const abortedCall = table.persist(aborted.rows, background)
    await Promise.all([slow.started, aborted.started])
    await table.persist(row(2, 'meanwhile'))
    slow.end()
    aborted.end()
    const [outcome, abortedOutcome] = await outcomesOf([call, abortedCall])
    const rejection = { index: 1, code: 'duplicate-key', column: 'id', conflictIndex: undefined }
    expect(outcome).toEqual(written({ inserted: 2, rejections: [rejection] }))
    expect(abortedOutcome).toEqual(rejection)
    expect(await textsOf(table)).toEqual(['1 import', '2 meanwhile', '3 import'])
  })

  it('reads 10,000 rows of an array beside callers of its table', async () => {
    const table = await create(how)
    const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, text: 'import' }))
    const call = table.persist(rows as never, { ...background, onConflict: 'ignore' })
    const others = Array.from({ length: 50 }, (_, n) =>
      table.persist(row(n * 200, 'call'), { onConflict: 'update' }),
    )
    const receipts = await Promise.all(others)
    const { inserted, ignored } = await call
    const insertedBefore = receipts.filter((receipt) => receipt.inserted === 1).length
    expect([inserted, ignored]).toEqual([10_000 - insertedBefore, insertedBefore])
    const sql = `SELECT count(*)::INT AS n, count(*) FILTER (text = 'call')::INT AS calls FROM ${nameOf(table)}`
    expect(await db.query(sql)).toEqual([{ n: 10_000, calls: 50 }])
  })
})

describe('a call in the background', () => {
  it('has a change of its table wait for it, and comes before it', async () => {
    await need('ALTER')
    const table = await create()
    const slow = stall(1)
    const call = table.persist(slow.rows, background)
    await slow.started
    const change = db.run(`ALTER TABLE ${nameOf(table)} ADD COLUMN more INTEGER`)
    let isSettled = false
    void change.then(() => {
      isSettled = true
    })
    await db.query('SELECT 1')
    expect(isSettled).toBe(false)
    slow.end()
    expect(await call).toMatchObject({ inserted: 1 })
    await change
    expect(await db.query(`SELECT id::INT AS id, more FROM ${nameOf(table)}`)).toEqual([
      { id: 1, more: null },
    ])
  })

  it('gives up while it waits for those before it', async () => {
    const table = await create()
    const [slow, other] = [stall(1), stall(5)]
    const controller = new AbortController()
    const call = table.persist(slow.rows, { ...background, signal: controller.signal })
    await slow.started
    const first = table.persist(other.rows)
    await other.started
    slow.end()
    await new Promise(setImmediate)
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    other.end()
    expect(await first).toMatchObject({ inserted: 1 })
    expect(await table.persist(row(6, 'after'))).toMatchObject({ inserted: 1 })
    expect(await textsOf(table)).toEqual(['5 import', '6 after'])
  })

  it('on tables that a FOREIGN KEY links lets calls on either have their turn', async () => {
    await need('FOREIGN KEY')
    await createSqlTable(db, 'parent', 'id INTEGER PRIMARY KEY')
    await createSqlTable(db, 'child', 'id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id)')
    const [parent, child] = [
      await db.table('parent', placeForTest()),
      await db.table('child', placeForTest()),
    ]
    await parent.persist([{ id: 1 }] as never)
    const rows = new Deferred<void>()
    async function* children() {
      yield { id: 1, parent: 1 }
      yield { id: 2, parent: 2 }
      await rows.promise
    }
    const call = child.persist(children() as never, background)
    expect(await parent.persist([{ id: 2 }] as never)).toMatchObject({ inserted: 1 })
    expect(await child.persist([{ id: 3, parent: 1 }] as never)).toMatchObject({ inserted: 1 })
    rows.resolve()
    expect(await call).toMatchObject({ inserted: 2 })
  })

  it('is as any other on a table without a key, for short arrays, and with no rows', async () => {
    const table = await db.table('plain', { ...placeForTest(), columns })
    expect(await table.persist(row(1, 'x'), background)).toMatchObject({ inserted: 1 })
    expect(await table.persist([{ id: 2 }].values() as never, background)).toMatchObject({ inserted: 1 })
    const keyed = await create()
    expect(await keyed.persist(row(1, 'x'), background)).toMatchObject({ inserted: 1 })
    expect(await keyed.persist([].values() as never, background)).toMatchObject({ rows: 0 })
    await expect(keyed.persist([], { background: 1 } as never)).rejects.toThrow(TypeError)
  })
})
