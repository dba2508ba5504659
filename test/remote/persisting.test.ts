import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'

describe.each(engines)('$name', ({ create }) => {
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

  const columns = { id: 'BIGINT NOT NULL', kind: 'VARCHAR', amount: 'DOUBLE', at: 'TIMESTAMP' } as const

  function createTable(key?: 'id') {
    const keyed = key === undefined ? {} : { key: [key] }
    const name = newTable()
    catalog.declare?.(name, columns)
    return db.table(name, { ...catalog.table, columns, ...keyed })
  }

  async function read(table: { readonly name: string }, what = '*'): Promise<object[]> {
    return db.query(`SELECT ${what} FROM ${catalog.name(table.name)} ORDER BY id`)
  }

  const rowsOf = (count: number) =>
    Array.from({ length: count }, (_, id) => ({
      id: BigInt(id),
      kind: id % 3 === 0 ? null : `kind ${id % 7}`,
      amount: id / 2,
      at: new Date(1.7e12 + id),
    }))

  it('writes rows, however many, and reads them as they were', async () => {
    const table = await createTable()
    const rows = rowsOf(30_000)
    expect(await table.persist(rows)).toMatchObject({ rows: 30_000, inserted: 30_000 })
    expect(await read(table)).toEqual(rows)
  })

  it('takes rows by column, and of a generator', async () => {
    const table = await createTable()
    const numbers = Float64Array.from({ length: 5000 }, (_, id) => id)
    await table.persist({ columns: { id: [...numbers].map(BigInt), amount: numbers } })
    async function* more() {
      for (let id = 5000; id < 10_000; id++) yield { id }
    }
    await table.persist(more())
    const [row] = await db.query(`SELECT count(*) AS n, max(id) AS last FROM ${catalog.name(table.name)}`)
    expect(row).toEqual({ n: 10_000n, last: 9999n })
  })

  it('writes nothing of a call that has a bad row, and leaves one out where it is to be skipped', async () => {
    const table = await createTable()
    const bad = [{ id: 1 }, { id: null as never }, { id: 3 }]
    await expect(table.persist(bad)).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { index: 1, code: 'not-null' },
    })
    expect(await read(table, 'id')).toEqual([])
    expect(await table.persist(bad, { onRowError: 'skip' })).toMatchObject({ inserted: 2, rejected: 1 })
    expect(await read(table, 'id')).toEqual([{ id: 1n }, { id: 3n }])
  })

  it('has calls that wait at the same time share a commit', async () => {
    const table = await createTable()
    const before = db.stats().commits
    await Promise.all(rowsOf(300).map((row) => table.persist([row])))
    expect(await read(table)).toEqual(rowsOf(300))
    expect(db.stats().commits - before).toBeLessThan(30)
  })

  it('keeps a key, by each of the ways to deal with a conflict', async () => {
    const table = await createTable('id')
    await table.persist([{ id: 1, kind: 'old', amount: 1 }])
    const both = [
      { id: 1, kind: 'new' },
      { id: 2, kind: 'new' },
    ]
    await expect(table.persist(both)).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { index: 0, code: 'duplicate-key', key: { id: 1n } },
    })
    expect(await table.persist(both, { onRowError: 'skip' })).toMatchObject({ inserted: 1, rejected: 1 })
    expect(await table.persist(both, { onConflict: 'ignore' })).toMatchObject({ inserted: 0, ignored: 2 })
    expect(await read(table, 'id, kind, amount')).toEqual([
      { id: 1n, kind: 'old', amount: 1 },
      { id: 2n, kind: 'new', amount: null },
    ])
    const again = [{ id: 1, kind: 'newer' }, { id: 3 }, { id: 3, kind: 'last' }]
    expect(await table.persist(again, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 2 })
    expect(await read(table, 'id, kind, amount')).toEqual([
      { id: 1n, kind: 'newer', amount: 1 },
      { id: 2n, kind: 'new', amount: null },
      { id: 3n, kind: 'last', amount: null },
    ])
  })

  it('keeps a key among many callers, and for 10,000 rows at once', async () => {
    const table = await createTable('id')
    const calls = Array.from({ length: 60 }, (_, call) =>
      table.persist([{ id: call % 20, amount: call }], { onConflict: 'update' }),
    )
    await Promise.all(calls)
    const rows = rowsOf(10_000)
    expect(await table.persist(rows, { onConflict: 'update' })).toMatchObject({ inserted: 9980, updated: 20 })
    expect(await read(table)).toEqual(rows)
  })

  it('decides about the keys of calls that share a commit, each in its turn', async () => {
    const kinds = ["it's", 'a "b"', '', 'ünï 🦆', '5', '-0', 'NULL', String.raw`\\`]
    const table = await db.table(newTable(), {
      ...catalog.table,
      columns: { kind: 'VARCHAR NOT NULL', id: 'BIGINT NOT NULL', amount: 'DOUBLE' },
      key: ['kind', 'id'],
    })
    await table.persist(kinds.map((kind, id) => ({ kind, id, amount: -1 })))
    const before = db.stats().commits
    const calls = kinds.flatMap((kind, id) => [
      table.persist([{ kind, id, amount: id }], { onConflict: 'update' }),
      table.persist([{ kind, id }], { onConflict: 'ignore' }),
      table.persist([{ kind, id: id + 100, amount: id }]),
      table.persist([{ kind, id: id + 100, amount: -2 }]).catch(({ code }) => ({ code })),
    ])
    expect(await Promise.all(calls)).toMatchObject(
      kinds.flatMap(() => [
        { updated: 1 },
        { ignored: 1 },
        { inserted: 1 },
        { code: 'PERSIST_ROW_REJECTED' },
      ]),
    )
    expect(db.stats().commits - before).toBeLessThan(10)
    const rows = kinds.map((kind, id) => ({ kind, id: BigInt(id), amount: id }))
    expect(await read(table)).toEqual([...rows, ...rows.map((row) => ({ ...row, id: row.id + 100n }))])
  })

  it('commits a transaction over two tables as a whole, or none of it', async () => {
    const [left, right] = [await createTable('id'), await createTable()]
    await db.transaction(async (tx) => {
      await tx.persist(left, [{ id: 1 }])
      await tx.persist(right, rowsOf(5000))
      expect(await tx.query(`SELECT count(*) AS n FROM ${catalog.name(right.name)}`)).toEqual([{ n: 5000n }])
    })
    const failed = db.transaction(async (tx) => {
      await tx.persist(left, [{ id: 2 }])
      await tx.persist(right, [{ id: 9999 }])
      throw new Error('on purpose')
    })
    await expect(failed).rejects.toThrow('on purpose')
    expect(await read(left, 'id')).toEqual([{ id: 1n }])
    expect(await read(right, 'id')).toHaveLength(5000)
  })

  it('commits what a write stream is given', async () => {
    const table = await createTable()
    const stream = table.createWriteStream({ commitRows: 1000 })
    for (const row of rowsOf(5000))
      if (!stream.write(row)) await new Promise((resume) => stream.once('drain', resume))
    await new Promise<void>((done, fail) =>
      stream.end((error?: Error | null) => (error ? fail(error) : done())),
    )
    expect(await read(table)).toEqual(rowsOf(5000))
  })

  it('has its tables again when it is opened again', async () => {
    const table = await createTable('id')
    await table.persist([{ id: 1, kind: 'x' }])
    await db.close()
    db = await catalog.open()
    const again = await db.table(table.name, { ...catalog.table, columns, key: ['id'] })
    await again.persist([{ id: 1, kind: 'y' }], { onConflict: 'update' })
    expect(await read(again, 'id, kind')).toEqual([{ id: 1n, kind: 'y' }])
  })
})
