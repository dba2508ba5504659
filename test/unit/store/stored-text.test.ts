import fc from 'fast-check'
import { expect, it } from 'vitest'
import { JsonText } from '../../../src/main/encode/json-text.js'
import { Expiring } from '../../../src/main/store/expiring.js'
import { fromStoredText, toStoredText } from '../../../src/main/store/stored-text.js'
import { generatedCases } from '../../support/generated-cases.js'

/** As a store keeps it: without -0. */
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
const lookalike = fc.record(
  {
    $duckpaddle: fc.oneof(json, fc.record({ bytes: fc.base64String() }), fc.record({ value: json })),
    a: json,
  },
  { requiredKeys: ['$duckpaddle'] },
)
const bytes = fc.uint8Array({ maxLength: 20 })
const value = fc.oneof(json, lookalike, bytes)
const stored = fc.oneof(
  value,
  fc.tuple(value, fc.maxSafeNat()).map(([kept, expiresAt]) => new Expiring<unknown>(kept, expiresAt)),
)

function read(text: string): unknown {
  const found = fromStoredText<unknown>(text)
  return found instanceof JsonText ? JSON.parse(found.text) : found
}

it('the text of a value, of bytes, and of what expires, stands for it', () => {
  fc.assert(
    fc.property(stored, (each) => {
      const text = toStoredText(each)
      expect(() => JSON.parse(text)).not.toThrow()
      expect(read(text)).toEqual(each)
    }),
    generatedCases(1000),
  )
})

it('JSON that another client has written is what it is, or what its envelope stands for', () => {
  fc.assert(
    fc.property(fc.oneof(json, lookalike), (each) => {
      const found = read(JSON.stringify(each))
      const isEnvelope = found instanceof Uint8Array || JSON.stringify(found) !== JSON.stringify(each)
      if (!isEnvelope) return
      const { $duckpaddle: inner } = each as { $duckpaddle: { bytes?: string; value?: unknown } }
      expect(Object.keys(each as object)).toEqual(['$duckpaddle'])
      if (found instanceof Uint8Array) expect(Buffer.from(found).toString('base64')).toBe(inner.bytes)
      else expect(found).toEqual(inner.value)
    }),
    generatedCases(1000),
  )
})
