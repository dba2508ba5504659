import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import { describeVectors } from '../../../src/protocol/batch-shape.js'
import type { ColumnDescriptor } from '../../../src/protocol/column-type.js'

const columns: readonly ColumnDescriptor[] = [
  { name: 'id', type: { name: 'INTEGER' }, notNull: true, hasDefault: false },
  { name: 'name', type: { name: 'VARCHAR' }, notNull: false, hasDefault: false },
]

function createBatch(capacityRows: number, heapBytes: number): Batch {
  const [vectors = []] = describeVectors(columns.map(({ type }) => type)).segments
  const layout = layOutBatch(vectors, capacityRows)
  return new Batch(new ArrayBuffer(layout.heapOffset + heapBytes), layout)
}

function attach(batch: Batch): RowEncoder {
  const encoder = new RowEncoder(columns)
  encoder.attach(batch)
  return encoder
}

const long = 'thirteen byte'

describe('RowEncoder', () => {
  it('lays strings out as DuckDB does: inline up to 12 bytes, else a prefix and an offset into the heap', () => {
    const batch = createBatch(64, 64)
    const encoder = attach(batch)
    expect(encoder.encode({ id: 1, name: 'twelve bytes' })).toBeUndefined()
    expect(batch.heapBytes).toBe(0)
    expect(encoder.encode({ id: 2, name: 'éé' })).toBeUndefined()
    expect(encoder.encode({ id: 3, name: long })).toBeUndefined()
    expect(encoder.encode({ id: 4, name: '🦆🦆🦆🦆' })).toBeUndefined()
    const start = batch.layout.valueOffsets[1] ?? Number.NaN
    const entry = (row: number) => batch.bytes.subarray(start + row * 16, start + row * 16 + 16)
    expect([...entry(0)]).toEqual([12, 0, 0, 0, ...Buffer.from('twelve bytes')])
    expect([...entry(1)]).toEqual([4, 0, 0, 0, ...Buffer.from('éé'), 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...entry(2)]).toEqual([13, 0, 0, 0, ...Buffer.from('thir'), 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...entry(3)]).toEqual([16, 0, 0, 0, ...Buffer.from('🦆'), 13, 0, 0, 0, 0, 0, 0, 0])
    expect(batch.heapBytes).toBe(13 + 16)
  })

  it('leaves nothing of a rejected row behind', () => {
    const batch = createBatch(64, 64)
    const encoder = attach(batch)
    const rejected = encoder.encode({ id: 1, name: long, nmae: 'misspelt' })
    expect(rejected).toMatchObject({ code: 'unknown-column', column: 'nmae' })
    expect(encoder.encode({ id: 1, name: null, other: 1 })).toMatchObject({ code: 'unknown-column' })
    expect([batch.rows, batch.heapBytes]).toEqual([0, 0])
    expect(encoder.encode({ id: 2, name: 'x' })).toBeUndefined()
    const validity = batch.layout.validityOffsets[1] ?? Number.NaN
    expect(batch.bytes[validity]).toBe(0xff)
  })

  it('says when the batch is full, of rows or of bytes, and what the row needs', () => {
    const ofRows = createBatch(1, 64)
    const encoder = attach(ofRows)
    expect(encoder.encode({ id: 1 })).toBeUndefined()
    expect(encoder.encode({ id: 2 })).toBe('batch-full')
    const ofBytes = createBatch(64, 64)
    encoder.attach(ofBytes)
    expect(encoder.encode({ id: 1, name: 'x'.repeat(60) })).toBeUndefined()
    expect(encoder.encode({ id: 2, name: long })).toBe('batch-full')
    expect(ofBytes.neededHeapBytes).toBe(60 + 13)
    expect(encoder.encode({ id: 2, name: 'short' })).toBeUndefined()
    encoder.detach()
    expect(encoder.encode({ id: 3 })).toBe('batch-full')
  })

  it.each<[string, unknown]>([
    ['a Promise', Promise.resolve({ id: 1 })],
    ['a Map', new Map([['id', 1]])],
    ['an array', [1]],
    ['a number', 5],
    ['null', null],
    ['undefined', undefined],
  ])('takes no row from %s', (_, row) => {
    const nullable = new RowEncoder(
      columns.map((column) => ({ ...column, notNull: false, hasDefault: false })),
    )
    nullable.attach(createBatch(64, 64))
    expect(nullable.encode(row)).toMatchObject({ code: 'type' })
    expect(nullable.encode({})).toBeUndefined()
  })

  it('turns what a getter throws into a rejection', () => {
    const encoder = attach(createBatch(64, 64))
    const row = {
      get id() {
        throw new Error('getter')
      },
    }
    expect(encoder.encode(row)).toMatchObject({ code: 'serialize', cause: { message: 'getter' } })
  })

  it('reads rows that are instances of classes with getters', () => {
    class Row {
      get id() {
        return 7
      }
    }
    const batch = createBatch(64, 64)
    expect(attach(batch).encode(new Row())).toBeUndefined()
    expect(batch.int32[(batch.layout.valueOffsets[0] ?? 0) / 4]).toBe(7)
  })

  it('tells the first bad column of the table, whatever the order of the properties', () => {
    const encoder = attach(createBatch(64, 64))
    const rejected = { code: 'type', column: 'id' }
    expect(encoder.encode({ id: 'x', name: 5 })).toMatchObject(rejected)
    expect(encoder.encode({ name: 5, id: 'x' })).toMatchObject(rejected)
    expect(encoder.encode({ name: 5, stray: 1, id: 1 })).toMatchObject({ code: 'type', column: 'name' })
  })

  it('takes a property that no column takes as a mistake only where it is the row’s own', () => {
    const inherited: object = Object.create({ method: 5 }, { id: { value: 1, enumerable: true } })
    const batch = createBatch(64, 64)
    const encoder = attach(batch)
    expect(encoder.encode(inherited)).toBeUndefined()
    expect(encoder.encode(Object.assign(inherited, { method: 6 }))).toMatchObject({ column: 'method' })
    expect(batch.rows).toBe(1)
  })
})
