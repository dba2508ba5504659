import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { batchFull } from '../../../src/main/encode/encode-error.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import { generatedCases } from '../../support/generated-cases.js'
import { vectorSizes } from '../../support/vector-sizes.js'

const entryBytes = 16

/** A batch of one string column, whose heap has `heapBytes`, a multiple of 8; its buffer was used before. */
function createBatch(heapBytes: number): Batch {
  const layout = layOutBatch(vectorSizes([entryBytes]), 64)
  const buffer = new ArrayBuffer(layout.heapOffset + heapBytes)
  new Uint8Array(buffer).fill(0xab)
  return new Batch(buffer, layout)
}

function entryOffset(batch: Batch, row: number): number {
  return (batch.layout.valueOffsets[0] ?? 0) + row * entryBytes
}

function write(batch: Batch, row: number, text: string) {
  return batch.writeText(batch, entryOffset(batch, row), text)
}

/** The bytes of an entry, as duckdb_string_t says: https://duckdb.org/docs/stable/clients/c/vector#strings */
function read(batch: Batch, row: number): Buffer {
  const { buffer, layout } = batch
  const offset = entryOffset(batch, row)
  const view = new DataView(buffer)
  const length = view.getUint32(offset, true)
  if (length <= 12) return Buffer.from(buffer, offset + 4, length)
  return Buffer.from(buffer, layout.heapOffset + Number(view.getBigUint64(offset + 8, true)), length)
}

describe('Batch.writeText', () => {
  it.each(['', 'a\0b', '\0'.repeat(12), 'twelve bytes', 'é'.repeat(6), '€€€€', '🦆🦆🦆'])(
    'keeps %j in its entry, padded with zeros',
    (text) => {
      const batch = createBatch(64)
      expect(write(batch, 0, text)).toBeUndefined()
      const length = Buffer.byteLength(text)
      const offset = entryOffset(batch, 0) + 4
      expect([...batch.bytes.subarray(offset, offset + 12)]).toEqual([
        ...Buffer.from(text),
        ...new Array(12 - length).fill(0),
      ])
      expect(batch.heapBytes).toBe(0)
    },
  )

  it('writes any texts one after the other as Buffer encodes them', () => {
    const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 64 }), (texts) => {
        const batch = createBatch(64 * 128)
        expect(texts.filter((each, row) => write(batch, row, each) !== undefined)).toEqual([])
        expect(texts.filter((each, row) => !read(batch, row).equals(Buffer.from(each)))).toEqual([])
        const long = texts.map((each) => Buffer.byteLength(each)).filter((bytes) => bytes > 12)
        expect(batch.heapBytes).toBe(long.reduce((sum, bytes) => sum + bytes, 0))
      }),
      generatedCases(100),
    )
  })

  it.each(['\ud800', 'a\udc00', '\udc00\ud800', `${'x'.repeat(40)}\ud83e`])(
    'refuses the lone surrogate in %j, and keeps nothing of it',
    (text) => {
      const batch = createBatch(512)
      expect(write(batch, 0, text)).toMatchObject({ code: 'range' })
      expect(batch.heapBytes).toBe(0)
    },
  )

  it.each([
    ['ASCII by the loop', 'x'.repeat(24)],
    ['ASCII by the encoder', 'x'.repeat(32)],
    ['two bytes each', 'é'.repeat(16)],
    ['three bytes each', '€'.repeat(8)],
    ['four bytes each', '🦆'.repeat(8)],
  ])('fills the heap to its last byte, and not one further: %s', (_, text) => {
    const used = 64 - Buffer.byteLength(text)
    const batch = createBatch(64)
    batch.heapBytes = used
    expect(write(batch, 0, text)).toBeUndefined()
    expect(read(batch, 0).toString()).toBe(text)
    expect(batch.heapBytes).toBe(64)
    batch.heapBytes = used + 1
    expect(write(batch, 1, text)).toBe(batchFull)
    expect([batch.heapBytes, batch.neededHeapBytes]).toEqual([used + 1, 65])
  })

  it('takes ASCII of 12 bytes when the heap is full, but not what must be encoded there first', () => {
    const batch = createBatch(8)
    batch.heapBytes = 8
    expect(write(batch, 0, 'twelve bytes')).toBeUndefined()
    expect(read(batch, 0).toString()).toBe('twelve bytes')
    expect(write(batch, 1, 'é')).toBe(batchFull)
    expect(batch.neededHeapBytes).toBe(8 + 12)
  })
})

describe('Batch.writeBytes', () => {
  it.each([0, 1, 12, 13, 64])('writes %i bytes of a view into a larger buffer', (length) => {
    const value = Uint8Array.from({ length: 100 }, (_, index) => 200 + index).subarray(10, 10 + length)
    const batch = createBatch(64)
    expect(batch.writeBytes(batch, entryOffset(batch, 0), value)).toBeUndefined()
    expect(read(batch, 0)).toEqual(Buffer.from(value))
    expect(batch.heapBytes).toBe(length > 12 ? length : 0)
  })

  it('does not take a byte more than the heap has', () => {
    const batch = createBatch(64)
    expect(batch.writeBytes(batch, entryOffset(batch, 0), new Uint8Array(65))).toBe(batchFull)
    expect([batch.heapBytes, batch.neededHeapBytes]).toEqual([0, 65])
  })
})
