import { DuckDBBitValue } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { createColumnEncoder } from '../../../src/main/encode/create-column-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import { valueBytes } from '../../../src/protocol/column-type.js'
import { vectorSizes } from '../../support/vector-sizes.js'

const type = { name: 'BIT' } as const

/** Encodes one value; what is wrong with it, or the bytes of its entry. */
function encode(value: unknown) {
  const layout = layOutBatch(vectorSizes([valueBytes(type)]), 1)
  const batch = new Batch(new ArrayBuffer(layout.heapOffset + 4096), layout)
  const [start = 0] = layout.valueOffsets
  const encoder = createColumnEncoder(type)
  encoder.attach(batch, start, batch)
  const problem = encoder.write(0, value)
  if (problem !== undefined) return problem
  const { bytes, int32, heapBytes } = batch
  const length = int32[start / 4] ?? 0
  const from = length > 12 ? layout.heapOffset : start + 4
  return { bytes: [...bytes.subarray(from, from + length)], heapBytes }
}

const texts = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 5000 })

describe('a BIT', () => {
  it.each<[string, number[]]>([
    ['0', [7, 0b1111_1110]],
    ['1', [7, 0b1111_1111]],
    ['101', [5, 0b1111_1101]],
    ['0000000', [1, 0b1000_0000]],
    ['01100001', [0, 0b0110_0001]],
    ['101100001', [7, 0b1111_1111, 0b0110_0001]],
  ])('of %s is its bits after padding of 1s, and how many of those', (text, bytes) => {
    expect(encode(text)).toEqual({ bytes, heapBytes: 0 })
  })

  it('lies in its entry up to 88 bits, and else in the heap', () => {
    expect(encode('1'.repeat(88))).toMatchObject({ heapBytes: 0 })
    expect(encode('1'.repeat(89))).toMatchObject({ heapBytes: 13 })
  })

  it('has the bytes that DuckDB’s own client makes of it, whatever its length', () => {
    const samples = fc.sample(texts, { numRuns: 200, seed: 7 })
    const lengths = Array.from({ length: 70 }, (_, index) => '0110100110010110'.repeat(5).slice(0, index + 1))
    for (const text of [...lengths, ...samples]) {
      expect(encode(text)).toMatchObject({ bytes: [...DuckDBBitValue.fromString(text).data] })
    }
  })

  it.each<[string, unknown]>([
    ['another digit', '2'],
    ['another character at its end', '10110x'],
    ['another character past 88 bits', `${'0'.repeat(100)}O`],
    ['a NUL', '1\0'],
    ['spaces around it', ' 101 '],
    ['a line break', '101\n'],
    ['a lone surrogate', '1\ud800'],
    ['digits of another script', '١٠'],
    ['wide digits', '1０'],
    ['a prefix', '0b101'],
    ['SQL', "B'101'"],
    ['a byte-order mark', '\ufeff1'],
  ])('with %s is refused', (_, text) => {
    expect(encode(text)).toMatchObject({
      code: 'type',
      reason: expect.stringMatching(/^expected a string of 0s and 1s, got '.* \(string\)$/),
    })
  })

  it.each<[string, unknown]>([
    ['a number', 101],
    ['a bigint', 5n],
    ['a boolean', true],
    ['an array', [1, 0, 1]],
    ['a String object', Object('101')],
    ['bytes', Uint8Array.of(1, 0)],
    ['what becomes a string', { toString: () => '101' }],
    ['a function', () => '101'],
    ['a symbol', Symbol('101')],
    ['a proxy', new Proxy({}, {})],
  ])('is not made of %s', (_, value) => {
    expect(encode(value)).toMatchObject({ code: 'type' })
  })

  it('has a bit at least', () => {
    expect(encode('')).toMatchObject({ code: 'range', reason: "expected at least one bit, got '' (string)" })
  })

  it('of a million characters that are others is refused in no time', () => {
    const startedAt = performance.now()
    for (const text of ['x', '2', ' ', '\ud800']) {
      expect(encode(text.repeat(1e6))).toMatchObject({ code: 'type' })
      expect(encode(`${'01'.repeat(5e5)}${text}`)).toMatchObject({ code: 'type' })
    }
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
