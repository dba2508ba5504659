import { afterEach, describe, expect, it, vi } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import type { ColumnDescriptor } from '../../../src/protocol/column-type.js'
import { vectorSizes } from '../../support/vector-sizes.js'

const columns: readonly ColumnDescriptor[] = [
  { name: 'id', type: { name: 'INTEGER' }, notNull: true, hasDefault: false },
  { name: 'value', type: { name: 'JSON' }, notNull: false, hasDefault: false },
]

function start({ heapBytes = 500_000, capacityRows = 2048 } = {}) {
  const layout = layOutBatch(vectorSizes([4, 16]), capacityRows)
  const batch = new Batch(new ArrayBuffer(layout.heapOffset + heapBytes), layout)
  const encoder = new RowEncoder(columns)
  encoder.attach(batch)
  return { batch, encoder }
}

function readTexts(batch: Batch): string[] {
  const { heapOffset, valueOffsets } = batch.layout
  return Array.from({ length: batch.rows }, (_, row) => {
    const entry = (valueOffsets[1] ?? Number.NaN) + 16 * row
    const length = batch.int32[entry >> 2] ?? Number.NaN
    const at = length > 12 ? heapOffset + (batch.int32[(entry >> 2) + 2] ?? Number.NaN) : entry + 4
    return batch.bytes.toString('utf8', at, at + length)
  })
}

afterEach(() => void vi.restoreAllMocks())

describe('encodeGrouped', () => {
  it('makes the texts of many values by few calls of JSON.stringify, and the same texts', () => {
    const { batch, encoder } = start()
    const rows = Array.from({ length: 1000 }, (_, id) => ({
      id,
      value: { id, text: `some text, ${id % 7} é` },
    }))
    const stringify = vi.spyOn(JSON, 'stringify')
    for (const row of rows) expect(encoder.encodeGrouped(row)).toBeUndefined()
    expect(encoder.flushGroup()).toBe(0)
    // 32 to learn how long they are, and then the last of 96 and the others.
    expect(stringify.mock.calls.length).toBeLessThan(32 + (2 * 1000) / 96 + 2)
    stringify.mockRestore()
    batch.finish()
    expect(readTexts(batch)).toEqual(rows.map(({ value }) => JSON.stringify(value)))
  })

  it('gives rows back that cannot be written together, and writes them one by one', () => {
    const { batch, encoder } = start()
    const value = (id: number) => (id === 70 ? ['~', ',"~",', 1, '~', 2] : { id })
    let id = 0
    let takenBack = 0
    while (id < 200) {
      const outcome = encoder.encodeGrouped({ id, value: value(id) })
      if (typeof outcome === 'number') {
        takenBack += outcome
        id -= outcome
      } else expect(outcome).toBeUndefined()
      id++
      expect(batch.rows).toBe(id)
    }
    expect(encoder.flushGroup()).toBe(0)
    expect(takenBack).toBe(96)
    batch.finish()
    expect(readTexts(batch)).toEqual(Array.from({ length: 200 }, (_, id) => JSON.stringify(value(id))))
  })

  it('stringifies values alone once one of them is long, until the next batch of another call', () => {
    const { encoder } = start()
    const encode = (id: number, text: string) => encoder.encodeGrouped({ id, value: { text } })
    const stringify = vi.spyOn(JSON, 'stringify')
    for (let id = 0; id < 200; id++) encode(id, id === 50 ? 'long'.repeat(1000) : 'short')
    const before = stringify.mock.calls.length
    for (let id = 200; id < 300; id++) encode(id, 'short')
    expect(stringify.mock.calls.length - before).toBe(100)
  })

  it('makes no text of many long values where they suddenly are long', () => {
    const { batch, encoder } = start()
    const value = (id: number) => ({ text: id < 120 ? 'short' : 'long'.repeat(500) })
    const stringify = vi.spyOn(JSON, 'stringify')
    for (let id = 0; id < 200; id++) {
      const outcome = encoder.encodeGrouped({ id, value: value(id) })
      if (typeof outcome === 'number') id -= outcome
    }
    expect(encoder.flushGroup()).toBe(0)
    const lengths = stringify.mock.results.map(({ value: text }) => String(text).length)
    stringify.mockRestore()
    expect(Math.max(...lengths)).toBe(JSON.stringify(value(199)).length)
    batch.finish()
    expect(readTexts(batch)).toEqual(Array.from({ length: 200 }, (_, id) => JSON.stringify(value(id))))
  })

  it('gives rows back to the next batch when their texts do not fit', () => {
    const { batch, encoder } = start({ heapBytes: 8000 })
    let id = 0
    let takenBack = 0
    for (;;) {
      // Longer and longer, so that more is needed than was expected.
      const outcome = encoder.encodeGrouped({ id, value: { id, text: 'x'.repeat(id < 33 ? 1 : 3 * id) } })
      if (outcome === 'batch-full') break
      if (typeof outcome === 'number') {
        takenBack += outcome
        id -= outcome
      }
      id++
    }
    expect(takenBack).toBeGreaterThan(0)
    expect(batch.rows).toBe(id)
    batch.finish()
    const texts = readTexts(batch)
    expect(texts).toHaveLength(id)
    for (const text of texts) JSON.parse(text)
  })

  it('takes rows back from a batch that has no room for another row', () => {
    const { batch, encoder } = start({ capacityRows: 64 })
    const value = (id: number) => (id === 40 ? ['~', '~', 1] : { id })
    for (let id = 0; id < 64; id++) expect(encoder.encodeGrouped({ id, value: value(id) })).toBeUndefined()
    expect(encoder.encodeGrouped({ id: 64, value: {} })).toBe(33)
    for (let id = 32; id < 64; id++) expect(encoder.encodeGrouped({ id, value: value(id) })).toBeUndefined()
    expect(encoder.encodeGrouped({ id: 64, value: {} })).toBe('batch-full')
    batch.finish()
    expect(readTexts(batch)).toEqual(Array.from({ length: 64 }, (_, id) => JSON.stringify(value(id))))
    const ids = batch.int32.subarray((batch.layout.valueOffsets[0] ?? 0) >> 2).subarray(0, 64)
    expect([...ids]).toEqual(Array.from({ length: 64 }, (_, id) => id))
  })
})
