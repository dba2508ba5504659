import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { nameOf } from '../support/test-engine.js'
import { codes, type Row, rejectionOf, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

const columns = { id: 'BIGINT NOT NULL', ok: 'BOOLEAN', price: 'DOUBLE', at: 'TIMESTAMP', name: 'VARCHAR' }
const text = (id: number) => ({
  id: String(id),
  ok: 'true',
  price: '1e3',
  at: '2024-05-31 12:30:05',
  name: '12',
})
const texts = (count: number, from = 0): Row[] => Array.from({ length: count }, (_, id) => text(from + id))
const at = new Date('2024-05-31T12:30:05Z')
const read = (id: number) => ({ id: BigInt(id), ok: true, price: 1000, at, name: '12' })

async function* oneByOne(rows: readonly Row[]) {
  yield* rows
}

const sources: Readonly<Record<string, (rows: readonly Row[]) => Iterable<Row> | AsyncIterable<Row>>> = {
  'an array': (rows) => rows,
  'a generator': (rows) => rows.values(),
  'an async generator': oneByOne,
}

describe('parse', () => {
  it.each(Object.entries(sources))('reads strings, of %s', async (_, source) => {
    const table = await tables.create(undefined, { columns })
    await table.persist(source(texts(3)), { parse: true })
    expect(await tables.read(table)).toEqual([0, 1, 2].map(read))
  })

  it('reads strings of a long array, and of a call with onProgress', async () => {
    const table = await tables.create(undefined, { columns })
    await table.persist(texts(5000), { parse: true })
    await table.persist(texts(2, 5000), { parse: true, onProgress: () => undefined })
    expect(await tables.read(table, 'count(*) AS n, max(id) AS last')).toEqual([{ n: 5002n, last: 5001n }])
  })

  it('reads strings in a transaction, call by call', async () => {
    const table = await tables.create(undefined, { columns, key: ['id'] })
    await tables.db
      .transaction(async (tx) => {
        await tx.persist(table, texts(2), { parse: true })
        await tx.persist(table, texts(2), { parse: true, onConflict: 'update' })
        expect(await rejectionOf(tx.persist(table, texts(1, 5)))).toMatchObject({ code: 'type' })
      })
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED' }))
    await tables.db.transaction((tx) => tx.persist(table, texts(2), { parse: true }))
    expect(await tables.read(table)).toEqual([0, 1].map(read))
  })

  it('is off unless it is asked for, also after calls that have asked for it', async () => {
    const table = await tables.create(undefined, { columns })
    await table.persist([text(0)], { parse: true })
    expect(await rejectionOf(table.persist([text(1)]))).toMatchObject({ code: 'type', column: 'id' })
    expect(await rejectionOf(table.persist([text(1)].values(), { parse: false }))).toMatchObject({
      code: 'type',
    })
    expect(await tables.read(table)).toEqual([read(0)])
  })

  it('is that of each call, where calls share a commit', async () => {
    const table = await tables.create(undefined, { columns, key: ['id'] })
    const calls = Array.from({ length: 40 }, (_, id) =>
      table.persist([text(id)], { parse: id % 3 > 0, onConflict: id % 2 > 0 ? 'update' : 'error' }),
    )
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(calls.map((_, id) => id % 3 > 0))
    expect(await tables.read(table)).toEqual(calls.map((_, id) => read(id)).filter((_, id) => id % 3 > 0))
  })

  it('takes values of the columns as without it', async () => {
    const table = await tables.create(undefined, { columns: { ...columns, span: 'INTERVAL', data: 'BLOB' } })
    const row = { id: 1n, ok: false, price: 0.5, at, name: 'x', span: 'P1D', data: new Uint8Array([1]) }
    await table.persist([row, { id: 2 }, { id: 3, ok: null }], { parse: true })
    expect(await tables.read(table)).toMatchObject([
      { ...row, span: { months: 0, days: 1, micros: 0n } },
      { id: 2n, ok: null, at: null },
      { id: 3n },
    ])
  })

  it('rejects rows one by one, and tells what a string was', async () => {
    const table = await tables.create(undefined, { columns: { id: 'INTEGER', at: 'TIMESTAMP' } })
    const rows = [{ id: '12.5' }, { id: '1' }, { id: '' }, { at: '2024-05-31T12:00:00+02:00' }, { id: 'x' }]
    const { rejections, inserted } = await table.persist(rows, { parse: true, onRowError: 'skip' })
    expect(inserted).toBe(1)
    expect(codes(rejections)).toEqual([
      [0, 'range'],
      [2, 'type'],
      [3, 'range'],
      [4, 'type'],
    ])
    expect(rejections.map(({ row }) => row)).toEqual([rows[0], rows[2], rows[3], rows[4]])
    expect(rejections.map(({ message }) => message)).toEqual([
      "Column `id` (INTEGER): expected an integer, got '12.5' (string)",
      "Column `id` (INTEGER): expected an integer as number or bigint, got '' (string)",
      "Column `at` (TIMESTAMP): expected a time in UTC, or a column of type TIMESTAMPTZ, got '2024-05-31T12:00:00+02:00' (string)",
      "Column `id` (INTEGER): expected an integer as number or bigint, got 'x' (string)",
    ])
  })

  it('finds keys by what strings are read as', async () => {
    const table = await tables.create(undefined, { columns: { id: 'BIGINT', n: 'INTEGER' }, key: ['id'] })
    await table.persist([{ id: 1, n: 1 }])
    const receipt = await table.persist([{ id: ' 1', n: '2' }, { id: '01' }], {
      parse: true,
      onConflict: 'update',
    })
    expect(receipt).toMatchObject({ inserted: 0, updated: 2 })
    expect(await tables.read(table)).toEqual([{ id: 1n, n: 2 }])
  })

  it('takes JSON text for a JSON column, and no JSON string', async () => {
    const table = await tables.create(undefined, { columns: { i: 'INTEGER', v: 'JSON' } })
    const values = ['{"a": [1, 2]}', '"x"', { b: 1 }, 5, '9007199254740993']
    await table.persist(
      values.map((v, i) => ({ i, v })),
      { parse: true },
    )
    expect(await tables.db.query(`SELECT v::VARCHAR AS v FROM ${nameOf(table)} ORDER BY i`)).toEqual(
      ['{"a": [1, 2]}', '"x"', '{"b":1}', '5', '9007199254740993'].map((v) => ({ v })),
    )
    const rejection = await rejectionOf(table.persist([{ v: 'x' }], { parse: true }))
    expect(rejection).toMatchObject({ code: 'type', column: 'v' })
  })

  it('takes JSON text beside other values in a long array, whose JSON is made many rows at a time', async () => {
    const table = await tables.create(undefined, { columns: { i: 'INTEGER', v: 'JSON', w: 'JSON' } })
    const rows = Array.from({ length: 5000 }, (_, i) => ({
      i: String(i),
      v: i % 3 === 0 ? `{"i":${i}}` : { i },
      w: i % 5 === 0 ? { text: 'x'.repeat(i % 300) } : '[1,2]',
    }))
    await table.persist(rows, { parse: true })
    expect(
      await tables.db.query(
        `SELECT count(*) FILTER (v::VARCHAR = '{"i":' || i || '}') AS v,
          count(*) FILTER (w::VARCHAR = CASE i % 5 WHEN 0 THEN '{"text":"' || repeat('x', i % 300) || '"}' ELSE '[1,2]' END) AS w
        FROM ${nameOf(table)}`,
      ),
    ).toEqual([{ v: 5000n, w: 5000n }])
  })

  it('must be a boolean', async () => {
    const table = await tables.create(undefined, { columns })
    await expect(table.persist([], { parse: 'yes' as never })).rejects.toThrow(TypeError)
    expect(() => table.createWriteStream({ parse: 1 as never })).toThrow(TypeError)
  })
})

describe('parse, of a write stream', () => {
  it.each([true, false])('reads strings, atomic: %s', async (atomic) => {
    const table = await tables.create(undefined, { columns })
    await pipeline(texts(3), table.createWriteStream({ parse: true, atomic }))
    expect(await tables.read(table)).toEqual([0, 1, 2].map(read))
  })
})
