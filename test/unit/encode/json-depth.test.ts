import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTooDeep } from '../../../src/main/encode/json-depth.js'
import { generatedCases } from '../../support/generated-cases.js'

/** The same, level by level. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

const nested = (depth: number, open = '[', inner = '', close = ']') =>
  open.repeat(depth) + inner + close.repeat(depth)

describe('isTooDeep', () => {
  it.each<[string, (depth: number) => string]>([
    ['arrays', (depth) => nested(depth)],
    ['objects', (depth) => nested(depth - 1, '{"a":', '{}', '}')],
    ['both', (depth) => nested(depth / 2 - 1, '[{"a":', '[{}]', '}]')],
    ['arrays with siblings before', (depth) => nested(depth - 1, '[1,{},[],"]",')],
    ['arrays with siblings behind', (depth) => nested(depth - 1, '[', '[]', ',{"}":1}]')],
    ['arrays with spaces', (depth) => nested(depth, ' [ ')],
    ['arrays with texts that look like them', (depth) => nested(depth, '["]]]\\"]",').replace(/,(?=\])/, '')],
    ['arrays behind a long text', (depth) => `["${'x]'.repeat(9000)}\\\\",${nested(depth - 1)}]`],
    ['arrays before a long text', (depth) => `[${nested(depth - 1)},"${'[{'.repeat(9000)}"]`],
    [
      'arrays with texts of other letters',
      (depth) => nested(depth, '["śŻ\u{1f986}",').replace(/,(?=\])/, ''),
    ],
  ])('is true of 1,001 levels or 1,002, and not of 1,000: %s', (_, make) => {
    expect(isTooDeep(make(1000))).toBe(false)
    expect(isTooDeep(make(1002))).toBe(true)
    expect(isTooDeep(make(100_000))).toBe(true)
  })

  it('is true of exactly 1,001 levels', () => {
    expect(isTooDeep(nested(1001))).toBe(true)
    expect(isTooDeep(nested(1000, '[', '1'))).toBe(false)
  })

  it.each([
    ['brackets in a text', JSON.stringify(nested(5000))],
    ['brackets in texts', JSON.stringify(Array(3000).fill('[{['))],
    ['quotes and backslashes in a text', JSON.stringify('"\\'.repeat(3000) + nested(3000))],
    ['brackets in names', JSON.stringify({ [nested(3000)]: 1 })],
    ['brackets side by side', JSON.stringify(Array(5000).fill([]))],
    ['objects side by side', JSON.stringify(Array(5000).fill({ a: [{}] }))],
    ['a long text', JSON.stringify('x'.repeat(100_000))],
    ['nothing', ''],
  ])('is false of %s', (_, text) => {
    expect(isTooDeep(text)).toBe(false)
  })

  it('is what a walk through the value says', () => {
    const around = fc.record({ value: fc.jsonValue(), depth: fc.integer({ min: 980, max: 1010 }) })
    fc.assert(
      fc.property(around, ({ value, depth }) => {
        let whole: unknown = value
        for (let level = 0; level < depth; level++)
          whole = level % 3 === 0 ? { a: value, b: whole } : [whole, value]
        expect(isTooDeep(JSON.stringify(whole))).toBe(depthOf(whole) > 1000)
      }),
      generatedCases(30),
    )
  })
})
