import type { Table } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf } from '../support/test-engine.js'

const tables = new StoredTables(newDatabase(temporaryFolder()))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const columns = { id: 'INTEGER NOT NULL', n: 'INTEGER' }
const update = { onConflict: 'update' } as const

class RolledBack extends Error {}

describe('transactions among many callers', () => {
  it.each([
    ['a key', { columns, key: ['id'] }],
    ['a primaryKey', { columns, primaryKey: ['id'] }],
  ])('have their turn in the order of all calls, and see what came before (%s)', async (_, definition) => {
    const table = await tables.create(definition)
    const seen: (readonly [call: number, value: unknown])[] = []
    const calls = range(200).map((n) => {
      if (n % 10 !== 5) return table.persist([{ id: 1, n }], update)
      return tables.db.transaction(async (tx) => {
        const [row] = await tx.query(`SELECT n FROM ${nameOf(table)}`)
        seen.push([n, row?.n])
        return tx.persist(table, [{ id: 1, n }], update)
      })
    })
    const receipts = await Promise.all(calls)
    expect(receipts.map(({ updated }) => updated)).toEqual(range(200).map((n) => (n === 0 ? 0 : 1)))
    expect(seen).toEqual(range(20).map((index) => [10 * index + 5, 10 * index + 4]))
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)}`, [{ id: 1, n: 199 }])
  })

  it('split the groups of calls that share a commit, of which none is lost', async () => {
    const [plain, log] = [await tables.create({ columns }), await tables.create({ columns })]
    const counts: Promise<unknown>[] = []
    const calls = range(1000).map((id) => {
      if (id % 100 !== 50) return plain.persist([{ id }])
      const transaction = tables.db.transaction(async (tx) => {
        await tx.persist(plain, [{ id }])
        await tx.persist(log, [{ id }])
        const [row] = await tx.query(`SELECT count(*)::INT AS n FROM ${nameOf(plain)}`)
        if (id % 200 === 150) throw new RolledBack()
        return row?.n
      })
      counts.push(transaction.catch((error: unknown) => error instanceof RolledBack && 'rolled back'))
      return transaction
    })
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5)
    // Each sees all that were called before it, but for those that were rolled back.
    expect(await Promise.all(counts)).toEqual(
      range(10).map((index) => (index % 2 === 1 ? 'rolled back' : 100 * index + 51 - index / 2)),
    )
    const sql = (table: Table) =>
      `SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM ${nameOf(table)}`
    await tables.expectStored(sql(plain), [{ n: 995, ids: 995 }])
    await tables.expectStored(sql(log), [{ n: 5, ids: 5 }])
  })

  it('wait for rows that are still coming, and hold up what comes after, but no reads and no table()', async () => {
    const [first, second] = [await tables.create({ columns }), await tables.create({ columns })]
    const { db } = tables
    const order: string[] = []
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    async function* slow() {
      yield { id: 1 }
      await ended
      yield { id: 2 }
    }
    const source = first.persist(slow()).then(() => order.push('source'))
    let reach = () => {}
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    let goOn = () => {}
    const asked = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const transaction = db
      .transaction(async (tx) => {
        await tx.persist(second, [{ id: 1 }])
        reach()
        await asked
      })
      .then(() => order.push('transaction'))
    const after = second.persist([{ id: 2 }]).then(() => order.push('after'))
    expect(await db.query(`SELECT * FROM ${nameOf(second)}`)).toEqual([])
    end()
    await Promise.all([source, reached])
    expect(await db.query(`SELECT * FROM ${nameOf(second)}`)).toEqual([])
    expect((await tables.again(second)).name).toBe(second.name)
    goOn()
    await Promise.all([transaction, after])
    expect(order).toEqual(['source', 'transaction', 'after'])
    await tables.expectStored(`SELECT id FROM ${nameOf(second)} ORDER BY id`, [{ id: 1 }, { id: 2 }])
  })

  it('leave nothing behind that the next one could see', async () => {
    const table = await tables.create({ columns, key: ['id'] })
    for (const isKept of [true, false, true]) {
      const transaction = tables.db.transaction(async (tx) => {
        await tx.run('CREATE TEMP TABLE seen (id INTEGER)')
        await tx.persist(table, [{ id: 1 }], update)
        if (!isKept) throw new RolledBack()
      })
      await transaction.catch((error: unknown) => expect(error).toBeInstanceOf(RolledBack))
      const temporary = 'SELECT count(*)::INT AS n FROM duckdb_tables() WHERE temporary'
      expect(await tables.db.transaction((tx) => tx.query(temporary))).toEqual([{ n: 0 }])
    }
  })
})
