import { AsyncLocalStorage } from 'node:async_hooks'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Deferred } from '../../src/sync/deferred.js'
import { stallRows } from '../support/stalled-rows.js'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

let tables = 0
const plain = () => db.table(`plain_${++tables}`, { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' } })
const keyed = () =>
  db.table(`keyed_${++tables}`, { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' }, key: ['id'] })

const idsOf = async ({ name }: { readonly name: string }) =>
  (await db.query<{ id: number }>(`SELECT id::INT AS id FROM ${name} ORDER BY id`)).map(({ id }) => id)

const stall = (...ids: readonly number[]) => stallRows('slow', ...ids)

describe('a call whose rows are still coming', () => {
  it('holds up no append to its table, which has neither key nor constraints', async () => {
    const table = await plain()
    const slow = stall(1, 2)
    const call = table.persist(slow.rows)
    await slow.started
    expect(await table.persist([{ id: 3 }])).toMatchObject({ inserted: 1 })
    expect(await table.persist(Array.from({ length: 20_000 }, (_, id) => ({ id })))).toMatchObject({
      inserted: 20_000,
    })
    const same = await db.table(table.name)
    expect(await same.persist([{ id: 4 }])).toMatchObject({ inserted: 1 })
    expect(await db.query(`SELECT count(*)::INT AS n FROM ${table.name}`)).toEqual([{ n: 20_002 }])
    slow.end()
    expect(await call).toMatchObject({ inserted: 2 })
  })

  it('to a table with a key holds up calls on others, checkpoints, reads and table() as little', async () => {
    const [table, second, third] = [await keyed(), await keyed(), await plain()]
    const slow = stall(1)
    const call = table.persist(slow.rows)
    await slow.started
    expect(await second.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    expect(await third.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    await db.checkpoint()
    expect((await db.table('new_one', { columns: { id: 'INTEGER' } })).name).toBe('new_one')
    expect(await idsOf(table)).toEqual([])
    slow.end()
    await call
    expect(await idsOf(table)).toEqual([1])
  })

  it('to a table with a key is committed before what was called after it on that table', async () => {
    const table = await keyed()
    const slow = stall(1)
    const call = table.persist(slow.rows)
    await slow.started
    const later = table.persist([{ id: 1, text: 'fast' }], { onRowError: 'skip' })
    let isSettled = false
    void later.then(() => {
      isSettled = true
    })
    await (await plain()).persist([{ id: 1 }])
    expect(isSettled).toBe(false)
    slow.end()
    expect(await call).toMatchObject({ inserted: 1 })
    expect(await later).toMatchObject({ rejected: 1 })
  })

  it('to a table with a key holds up who appends to it by a handle that knows of no key', async () => {
    const table = await keyed()
    const unkeyed = await db.table(table.name)
    const slow = stall(1)
    const call = table.persist(slow.rows)
    await slow.started
    const append = unkeyed.persist([{ id: 1 }])
    await (await plain()).persist([{ id: 1 }])
    slow.end()
    expect(await call).toMatchObject({ inserted: 1 })
    await append
    expect(await idsOf(table)).toEqual([1, 1])
  })

  it('holds up DDL, and DDL what comes after it, and nothing for ever', async () => {
    const [table, second] = [await plain(), await plain()]
    const slow = stall(1)
    const call = table.persist(slow.rows)
    await slow.started
    const order: string[] = []
    const ddl = db.run(`ALTER TABLE ${second.name} ADD COLUMN more INTEGER`).then(() => order.push('ddl'))
    const after = second.persist([{ id: 1 }]).catch(({ code }) => order.push(code))
    slow.end()
    await Promise.all([call, ddl, after])
    expect(order).toEqual(['ddl', 'PERSIST_SCHEMA_MISMATCH'])
  })

  it('and that refers to another table by a FOREIGN KEY holds that one up, from the first call on', async () => {
    const [parent, child] = [`parent_${++tables}`, `child_${++tables}`]
    await db.run(`CREATE TABLE ${parent} (id BIGINT PRIMARY KEY);
      CREATE TABLE ${child} (id BIGINT, parent BIGINT REFERENCES ${parent} (id))`)
    const [parents, children] = [await db.table(parent), await db.table(child)]
    const end = new Deferred<void>()
    const orphan = children.persist(
      (async function* () {
        yield { id: 1, parent: 7 }
        await end.promise
      })(),
      { onRowError: 'skip' },
    )
    const later = parents.persist([{ id: 7 }])
    expect(await (await plain()).persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    end.resolve()
    expect(await orphan).toMatchObject({ rejected: 1 })
    expect(await later).toMatchObject({ inserted: 1 })
    expect(await children.persist([{ id: 1, parent: 7 }])).toMatchObject({ inserted: 1 })
  })

  it('may be one of many: thirty sources at a time', async () => {
    const table = await plain()
    const slow = Array.from({ length: 30 }, (_, id) => stall(id))
    const calls = slow.map(({ rows }) => table.persist(rows))
    await Promise.all(slow.map(({ started }) => started))
    expect(await table.persist([{ id: 100 }])).toMatchObject({ inserted: 1 })
    for (const { end } of slow) end()
    await Promise.all(calls)
    expect(await idsOf(table)).toEqual([...Array.from({ length: 30 }, (_, id) => id), 100])
  })

  it('and more of them than are read at a time, hold up nobody whose rows are at hand', async () => {
    const [table, other] = [await plain(), await keyed()]
    const slow = Array.from({ length: 40 }, (_, id) => stall(id))
    const calls = slow.map(({ rows }) => table.persist(rows))
    await Promise.all(slow.slice(0, 32).map(({ started }) => started))
    expect(await other.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    expect(await other.persist([{ id: 2 }].values())).toMatchObject({ inserted: 1 })
    expect(await table.persist(Array.from({ length: 5000 }, (_, id) => ({ id })))).toMatchObject({
      rows: 5000,
    })
    await db.checkpoint()
    for (const { end } of slow) end()
    await Promise.all(calls)
    expect(await db.query(`SELECT count(*)::INT AS n FROM ${table.name}`)).toEqual([{ n: 5040 }])
  })

  it('that is aborted lets go of what waits for it', async () => {
    const table = await keyed()
    const slow = stall(1)
    const controller = new AbortController()
    const call = table.persist(slow.rows, { signal: controller.signal })
    await slow.started
    const later = table.persist([{ id: 1 }])
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await later).toMatchObject({ inserted: 1 })
  })
})

describe('calls that share a commit', () => {
  it('are seen by what is called after any of them', async () => {
    const table = await plain()
    await Promise.all(
      Array.from({ length: 200 }, async (_, id) => {
        await table.persist([{ id }])
        const [row] = await db.query<{ n: number }>(
          `SELECT count(*)::INT AS n FROM ${table.name} WHERE id = ${id}`,
        )
        expect(row?.n).toBe(1)
      }),
    )
  })

  it('are counted while they wait by what they brought, whatever becomes of the array', async () => {
    const table = await plain()
    const rows = [{ id: 1 }]
    const call = table.persist(rows)
    rows.push({ id: 2 })
    expect(db.stats().waitingRows).toBe(1)
    await call
    expect(db.stats().waitingRows).toBe(0)
  })

  it('have receipts of their own', async () => {
    const table = await plain()
    const receipts = await Promise.all(
      Array.from({ length: 50 }, (_, call) =>
        table.persist(
          Array.from({ length: call }, (_, id) => ({ id: id % 7 === 3 ? 'bad' : id }) as { id: number }),
          { onRowError: 'skip' },
        ),
      ),
    )
    for (const [call, receipt] of receipts.entries()) {
      const bad = Array.from({ length: call }, (_, id) => id).filter((id) => id % 7 === 3)
      expect(receipt).toMatchObject({ rows: call, inserted: call - bad.length, rejected: bad.length })
      expect(receipt.rejections.map(({ index }) => index)).toEqual(bad)
      expect(receipt.bytes > 0).toBe(call > 0)
    }
  })

  it('run code of their callers where these are', async () => {
    const table = await plain()
    const storage = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, call) =>
        storage.run(call, async () => {
          const stores: unknown[] = []
          const row = {
            id: 'bad' as never,
            get text() {
              stores.push(storage.getStore())
              return 'x'
            },
          }
          const onRowError = () => {
            stores.push(storage.getStore())
            return 'skip' as const
          }
          await table.persist(
            [
              row,
              {
                id: 1,
                get text() {
                  stores.push(storage.getStore())
                  return 'y'
                },
              },
            ],
            { onRowError },
          )
          stores.push(storage.getStore())
          return stores
        }),
      ),
    )
    for (const [call, stores] of seen.entries()) {
      expect(stores.length).toBeGreaterThan(2)
      expect(new Set(stores)).toEqual(new Set([call]))
    }
  })

  it('may be too large for it, and are written all the same', async () => {
    const table = await plain()
    const text = 'x'.repeat(100_000)
    const asked: number[] = []
    const onRowError = ({ index }: { readonly index: number }) => {
      asked.push(index)
      return 'skip' as const
    }
    const large = Array.from({ length: 100 }, (_, id) => (id === 2 ? { id: 'bad' } : { id, text })) as never
    const receipts = await Promise.all([
      table.persist([{ id: 1000 }]),
      table.persist(large, { onRowError }),
      table.persist([{ id: 1001 }]),
    ])
    expect(receipts.map(({ inserted }) => inserted)).toEqual([1, 99, 1])
    expect(asked).toEqual([2])
  })

  it('fail alone where their table is gone, also among many', async () => {
    const [gone, table] = [await plain(), await plain()]
    await gone.persist([{ id: 1 }])
    await db.run(`DROP TABLE ${gone.name}`)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, id) => (id % 10 === 5 ? gone : table).persist([{ id }])),
    )
    for (const [id, outcome] of outcomes.entries()) {
      if (id % 10 === 5) expect(outcome).toMatchObject({ reason: { code: 'PERSIST_TABLE_NOT_FOUND' } })
      else expect(outcome).toMatchObject({ value: { inserted: 1 } })
    }
    expect(await idsOf(table)).toEqual(
      Array.from({ length: 40 }, (_, id) => id).filter((id) => id % 10 !== 5),
    )
  })

  it('are counted by what they share', async () => {
    const table = await plain()
    await table.persist([{ id: 0 }])
    const before = db.stats()
    await Promise.all(Array.from({ length: 1000 }, (_, id) => table.persist([{ id }])))
    const { persisted, commits, waiting, waitingRows } = db.stats()
    expect(persisted - before.persisted).toBe(1000)
    expect(commits - before.commits).toBeLessThan(10)
    expect([waiting, waitingRows]).toEqual([0, 0])
  })
})

describe('maxWaitingCalls', () => {
  it('rejects at once what would wait behind so many, and nothing else', async () => {
    await using limited = await open(':memory:', { maxWaitingCalls: 10 })
    const table = await limited.table('t', { columns: { id: 'BIGINT' } })
    await table.persist([{ id: 0 }])
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, id) => table.persist([{ id }])))
    const shed = outcomes.filter(({ status }) => status === 'rejected')
    expect(shed).toHaveLength(20)
    for (const outcome of shed) expect(outcome).toMatchObject({ reason: { code: 'PERSIST_OVERLOADED' } })
    expect(outcomes.slice(0, 10).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(await table.persist([{ id: 1 }])).toMatchObject({ inserted: 1 })
    expect(await limited.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 12 }])
  })

  it.each([-1, 0.5, Number.NaN, '5', null])('is not %s', async (maxWaitingCalls) => {
    await expect(open(':memory:', { maxWaitingCalls: maxWaitingCalls as number })).rejects.toThrow(
      'maxWaitingCalls',
    )
  })
})
