import type { PersistenceService } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { nameOf, openForTest, placeForTest } from '../support/test-engine.js'

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await openForTest(':memory:')
})
afterAll(() => db.close())

const definition = {
  id: 'BIGINT NOT NULL',
  price: 'DOUBLE',
  size: 'FLOAT',
  count: 'INTEGER',
  name: 'VARCHAR',
  tags: 'VARCHAR[]',
} as const

function createTable() {
  return db.table(`t${++tables}`, { ...placeForTest(), columns: definition })
}

function readAll(name: string) {
  return db.query(`SELECT * FROM ${nameOf(name)} ORDER BY ALL ASC NULLS LAST`)
}

function columnsOf(count: number) {
  const numbers = Array.from({ length: count }, (_, index) => index)
  return {
    id: BigInt64Array.from(numbers, BigInt),
    price: Float64Array.from(numbers, (index) => index / 3),
    size: Float32Array.from(numbers),
    count: Int16Array.from(numbers),
    name: numbers.map((index) => (index % 5 === 0 ? null : `name ${'x'.repeat(index % 50)}`)),
    tags: numbers.map((index) => (index % 7 === 0 ? undefined : [`tag ${index}`, null])),
  }
}

function rowsOf(columns: Readonly<Record<string, ArrayLike<unknown>>>) {
  const names = Object.keys(columns)
  const length = columns[names[0] ?? '']?.length ?? 0
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(names.map((name) => [name, columns[name]?.[index]])),
  )
}

describe('rows by column', () => {
  it.each([0, 1, 3, 4096, 4097, 60_000])('are written as %i rows one by one are', async (count) => {
    const [byColumn, byRow] = [await createTable(), await createTable()]
    const columns = columnsOf(count)
    const receipt = await byColumn.persist({ columns })
    expect(receipt).toMatchObject({ rows: count, inserted: count })
    await byRow.persist(rowsOf(columns) as never)
    expect(await readAll(byColumn.name)).toEqual(await readAll(byRow.name))
  })

  it('are taken, refused and counted as rows are, whatever their values', { timeout: 60_000 }, async () => {
    const value = fc.oneof(
      fc.constantFrom(
        null,
        undefined,
        1,
        -1,
        1.5,
        2 ** 31,
        5n,
        'x',
        'y'.repeat(40),
        true,
        Number.NaN,
        [1],
        ['a', null],
      ),
      fc.string(),
    )
    const names = fc.uniqueArray(fc.constantFrom(...Object.keys(definition), 'stray'), { minLength: 1 })
    const generated = fc.tuple(names, fc.constantFrom(20, 5000)).chain(([own, length]) =>
      fc.tuple(...own.map(() => fc.array(value, { minLength: 7, maxLength: 7 }))).map((arrays) => {
        // Good ones before and after, so that what is wrong is in the middle of a block.
        const entries = own.map((name, index) => {
          const good = { id: 1, name: 'x', tags: ['x'] }[name] ?? 1
          const column = new Array(length).fill(good)
          column.splice(length >> 1, 7, ...(arrays[index] ?? []))
          return [name, column] as const
        })
        return Object.fromEntries(entries)
      }),
    )
    await fc.assert(
      fc.asyncProperty(generated, async (columns) => {
        const outcome = async (rows: unknown) => {
          const table = await createTable()
          const receipt = await table.persist(rows as never, { onRowError: 'skip' })
          const { inserted, rejected, rejections } = receipt
          const read = await readAll(table.name)
          await db.run(`DROP TABLE ${nameOf(table)}`)
          return { inserted, rejected, rejections, read }
        }
        expect(await outcome({ columns })).toEqual(await outcome(rowsOf(columns)))
      }),
      generatedCases(16),
    )
  })

  it('of a key replace others, and are rejected with their indexes', async () => {
    const name = `t${++tables}`
    const table = await db.table(name, {
      ...placeForTest(),
      columns: { id: 'INTEGER', n: 'INTEGER' },
      key: ['id'],
    })
    const ids = Int32Array.from({ length: 10_000 }, (_, index) => index)
    await table.persist({ columns: { id: ids, n: ids } })
    const again = { columns: { id: [5, 10_001, 7], n: [1, 2, 3] } }
    const { rejections } = await table.persist(again, { onRowError: 'skip' })
    expect(rejections.map(({ index, row, code }) => ({ index, row, code }))).toEqual([
      { index: 0, row: { id: 5, n: 1 }, code: 'duplicate-key' },
      { index: 2, row: { id: 7, n: 3 }, code: 'duplicate-key' },
    ])
    await table.persist(again, { onConflict: 'update' })
    expect(await db.query(`SELECT id FROM ${nameOf(name)} WHERE n IN (1, 3) AND id > 3 ORDER BY id`)).toEqual(
      [{ id: 5 }, { id: 7 }],
    )
  })

  it('with one bad row are not written at all', async () => {
    const table = await createTable()
    const columns = columnsOf(20_000)
    const bad = { ...columns, count: columns.price }
    await expect(table.persist({ columns: bad })).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { index: 1, column: 'count', code: 'range', row: { id: 1n, price: 1 / 3 } },
    })
    expect(await readAll(table.name)).toEqual([])
  })

  it('leave the event loop its turns, and hold it for no longer than rows do', async () => {
    const table = await createTable()
    const { slices, overlongSlices } = await table.persist({ columns: columnsOf(200_000) })
    expect(slices).toBeGreaterThan(10)
    expect(overlongSlices).toBeLessThan(slices / 2)
  })

  it('in a transaction', async () => {
    const table = await createTable()
    await db.transaction(async (tx) => {
      await tx.persist(table, { columns: columnsOf(5000) })
    })
    expect(await readAll(table.name)).toHaveLength(5000)
  })
})

describe('what is no rows by column', () => {
  it.each<[string, unknown, RegExp]>([
    ['none', {}, /at least one column/],
    ['an array', [[1]], /an object of arrays/],
    ['null', null, /an object of arrays/],
    ['a Set as a column', { id: new Set([1]) }, /an array or a typed array/],
    ['a DataView as a column', { id: new DataView(new ArrayBuffer(8)) }, /an array or a typed array/],
    ['a text as a column', { id: '123' }, /an array or a typed array/],
    ['columns of other lengths', { id: [1, 2], name: ['x'] }, /of one length, got 2 .* and 1 of `name`/],
  ])('is refused: %s', async (_, columns, message) => {
    const table = await createTable()
    const refused = table.persist({ columns } as never)
    await expect(refused).rejects.toThrow(TypeError)
    await expect(refused).rejects.toThrow(message)
  })

  it('a column whose buffer is transferred meanwhile rejects the call, and nothing is written', async () => {
    const table = await createTable()
    const columns = columnsOf(100_000)
    const persisted = table.persist({ columns })
    structuredClone(columns.price, { transfer: [columns.price.buffer] })
    await expect(persisted).rejects.toThrow(/Expected column `price` to stay as it is/)
    expect(await readAll(table.name)).toEqual([])
  })

  it('a subclass that makes other parts of itself is written value by value', async () => {
    class Odd extends Float64Array {
      override subarray(): Float64Array<ArrayBuffer> {
        return new Float64Array(10_000)
      }
    }
    const table = await createTable()
    const price = new Odd([1, 2, 3])
    await table.persist({ columns: { id: [1, 2, 3], price } })
    await table.persist({ columns: { id: Int32Array.from({ length: 5000 }), price: new Odd(5000).fill(7) } })
    const [row] = await db.query(`SELECT sum(price) AS sum FROM ${nameOf(table)}`)
    expect(row).toEqual({ sum: 6 + 35_000 })
  })
})
