import { describe, expect, it } from 'vitest'
import { BatchAllocator } from '../../../src/main/encode/batch-allocator.js'
import { BatchSeries } from '../../../src/main/encode/batch-series.js'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import type { ColumnDescriptor } from '../../../src/protocol/column-type.js'

const columns: readonly ColumnDescriptor[] = [
  { name: 'id', type: { name: 'BIGINT' }, notNull: true, hasDefault: false },
  { name: 'text', type: { name: 'VARCHAR' }, notNull: false, hasDefault: false },
]

function createSeries(bufferBytes = 16 * 1024): BatchSeries {
  return new BatchSeries(new RowEncoder(columns), new BatchAllocator(columns, new BufferPool(bufferBytes)))
}

function row(id: number, characters = 40) {
  return { id, text: String(id).padStart(characters, '.') }
}

function idsOf(series: BatchSeries): number[] {
  return series.finish().flatMap(({ buffer, rows, capacityRows }) => {
    const start = 8 * Math.ceil(capacityRows / 64)
    return Array.from(new BigInt64Array(buffer, start, rows), Number)
  })
}

describe('BatchSeries', () => {
  it('puts rows into as many batches as they take', () => {
    const series = createSeries()
    const ids = Array.from({ length: 1000 }, (_, id) => id)
    for (const id of ids) expect(series.add(row(id))).toBeUndefined()
    expect(series.rows).toBe(1000)
    expect(series.bytes).toBeGreaterThan(1000 * (8 + 16 + 40))
    expect(idsOf(series)).toEqual(ids)
  })

  it('gives a row that fits into no ordinary batch one of its own', () => {
    const series = createSeries()
    for (const [id, characters] of [[0, 40], [1, 100_000], [2, 40]] as const) // biome-ignore format: a row a group
      expect(series.add(row(id, characters))).toBeUndefined()
    expect(series.finish().map(({ rows }) => rows)).toEqual([1, 1, 1])
  })

  it('reports a bad row, and goes on', () => {
    const series = createSeries()
    expect(series.add({ id: 'x' })).toMatchObject({ code: 'type', column: 'id' })
    expect(series.add(row(1))).toBeUndefined()
    expect(series.add(null)).toMatchObject({ code: 'type' })
    expect(idsOf(series)).toEqual([1])
  })

  it('reports a row that has more bytes each time that it is read', () => {
    const series = createSeries()
    let characters = 20_000
    const growing = {
      id: 1,
      get text() {
        characters *= 2
        return 'x'.repeat(characters)
      },
    }
    expect(series.add(growing)).toMatchObject({ code: 'serialize' })
    expect(series.add(row(2))).toBeUndefined()
    expect(idsOf(series)).toEqual([2])
  })

  it.each([1, 30, 300, 3000])('takes back the last %i rows', (rows) => {
    const series = createSeries()
    for (let id = 0; id < 100; id++) series.add(id % 3 === 0 ? { id } : row(id))
    const mark = series.mark()
    for (let id = 100; id < 100 + rows; id++) series.add(id % 2 === 0 ? { id } : row(id))
    series.rewind(mark)
    expect(series.rows).toBe(100)
    for (let id = 5000; id < 5100; id++) series.add({ id, text: 'later' })
    const ids = [
      ...Array.from({ length: 100 }, (_, id) => id),
      ...Array.from({ length: 100 }, (_, id) => 5000 + id),
    ]
    expect(idsOf(series)).toEqual(ids)
  })

  it('takes back everything, and is as new', () => {
    const series = createSeries()
    const mark = series.mark()
    for (let id = 0; id < 1000; id++) series.add(row(id))
    series.rewind(mark)
    expect(series.rows).toBe(0)
    series.add(row(7))
    expect(idsOf(series)).toEqual([7])
  })
})
