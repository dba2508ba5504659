import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../src/main/encode/batch.js'
import { BatchAllocator } from '../../../src/main/encode/batch-allocator.js'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import type { ColumnDescriptor, ColumnType } from '../../../src/protocol/column-type.js'
import { generatedCases } from '../../support/generated-cases.js'

const columnOf = (type: ColumnType, index: number): ColumnDescriptor => ({
  name: `c${index}`,
  type,
  notNull: false,
  hasDefault: false,
})
const bigint: ColumnType = { name: 'BIGINT' }
const text: ColumnType = { name: 'VARCHAR' }
const boolean: ColumnType = { name: 'BOOLEAN' }

const heapBytes = ({ buffer, layout }: Batch) => buffer.byteLength - layout.heapOffset

/** Fills a batch with rows of one value each; returns how many went into it. */
function fill(batch: Batch, columns: readonly ColumnDescriptor[], value: unknown): number {
  const encoder = new RowEncoder(columns)
  encoder.attach(batch)
  const row = Object.fromEntries(columns.map(({ name }) => [name, value]))
  for (let rows = 0; ; rows++) if (encoder.encode(row) === 'batch-full') return rows
}

describe('a batch', () => {
  it('has room in its buffer for all that it is laid out for, and a heap, whatever its columns are', () => {
    const type = fc.constantFrom(bigint, text, boolean, { name: 'HUGEINT' } as const)
    const types = fc.array(type, { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(types, fc.integer({ min: 4096, max: 70_000 }), (some, bufferBytes) => {
        const columns = some.map(columnOf)
        const pool = new BufferPool(bufferBytes)
        const batch = new BatchAllocator(columns, pool).allocate()
        expect(batch.layout.capacityRows).toBeGreaterThan(0)
        expect(heapBytes(batch)).toBeGreaterThanOrEqual(4096)
        expect(batch.buffer.byteLength % 8).toBe(0)
        // A larger one is for a single row, which no ordinary buffer has room for.
        if (batch.buffer.byteLength !== pool.bufferBytes) expect(batch.layout.capacityRows).toBe(1)
      }),
      generatedCases(100),
    )
  })

  it('has whole vectors of rows, or else whole words of their validity', () => {
    const rowsOf = (bufferBytes: number) =>
      new BatchAllocator([columnOf(bigint, 0)], new BufferPool(bufferBytes)).allocate().layout.capacityRows
    expect(rowsOf(1024 * 1024) % 2048).toBe(0)
    expect(rowsOf(1024 * 1024)).toBeGreaterThan(100_000)
    expect([rowsOf(16_384) % 64, rowsOf(16_384)]).toEqual([0, 1472])
    expect([rowsOf(4504), rowsOf(4128)]).toEqual([48, 1])
  })

  it('has as many rows as those of the last one would fill it with', () => {
    const columns = [columnOf(text, 0)]
    const allocator = new BatchAllocator(columns, new BufferPool(256 * 1024))
    const first = allocator.allocate()
    const long = fill(first, columns, 'x'.repeat(1000))
    expect(long).toBeLessThan(first.layout.capacityRows)
    allocator.observe(first)
    const second = allocator.allocate()
    expect(second.layout.capacityRows).toBeLessThan(first.layout.capacityRows)
    expect(fill(second, columns, 'x'.repeat(1000))).toBe(second.layout.capacityRows)
    expect(second.layout.capacityRows).toBeGreaterThan(0.9 * long)
    const third = allocator.allocate()
    fill(third, columns, 'short')
    allocator.observe(third)
    expect(allocator.allocate().layout.capacityRows).toBeGreaterThan(first.layout.capacityRows)
  })

  it('says nothing of the next ones where it has no rows', () => {
    const allocator = new BatchAllocator([columnOf(text, 0)], new BufferPool(65_536))
    const first = allocator.allocate()
    allocator.observe(first)
    expect(allocator.allocate().layout.capacityRows).toBe(first.layout.capacityRows)
  })

  it('for a row that no ordinary one has room for has that row alone, and a buffer of its own', () => {
    const pool = new BufferPool(65_536)
    const allocator = new BatchAllocator([columnOf(text, 0)], pool)
    const ordinary = allocator.allocate()
    const most = heapBytes(ordinary)
    expect(allocator.allocate(most).layout).toEqual(ordinary.layout)
    const large = allocator.allocate(most + 1)
    expect([large.layout.capacityRows, large.buffer.byteLength]).toEqual([1, 65_536])
    const larger = allocator.allocate(100_001)
    expect(larger.layout.capacityRows).toBe(1)
    expect(heapBytes(larger)).toBeGreaterThanOrEqual(100_001)
    expect(larger.buffer.byteLength % 8).toBe(0)
    allocator.recycle(larger)
    expect(pool.freeBytes).toBe(0)
  })

  it('that is not sent gives its buffer to the next one, which has nothing of it', () => {
    const columns = [columnOf(bigint, 0)]
    const allocator = new BatchAllocator(columns, new BufferPool(65_536))
    const first = allocator.allocate()
    fill(first, columns, null)
    allocator.recycle(first)
    const second = allocator.allocate()
    expect(second.buffer).toBe(first.buffer)
    fill(second, columns, 1n)
    const [start = 0] = second.layout.validityOffsets
    expect([second.finish().nullVectors, second.bytes[start]]).toEqual([[], 0xff])
  })
})
