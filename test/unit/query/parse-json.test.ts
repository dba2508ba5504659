import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/values/parse-json.js'
import { generatedCases } from '../../support/generated-cases.js'

const read = (text: string) => parseJson(text, 1000).value

describe('parseJson', () => {
  it('reads whatever JSON.stringify writes as what it was', () => {
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.array(fc.double({ noNaN: true })))
    fc.assert(
      fc.property(value, (given) => {
        const text = JSON.stringify(given)
        expect(read(text)).toEqual(JSON.parse(text))
      }),
      generatedCases(2000),
    )
  })

  it.each([
    '9007199254740993',
    '-9223372036854775807',
    '9223372036854775808',
    '{"a":[1,{"b":12345678901234567890}]}',
    '1e400',
    '[-1E+400]',
    '1e-400',
    '0.1234567890123456789',
    '3.14159265358979323846',
    `0.1${'0'.repeat(100_000)}1`,
    '1'.repeat(100_000),
    '{"a":1,"a":2}',
    '{"a":{"b":1,"c":2,"b":3}}',
    '[{"a":1,"\\u0061":2}]',
    '{"__proto__":1,"__proto__":2}',
    'no JSON',
    'NaN',
    '',
  ])('keeps the text of what JavaScript would change: %.50s', (text) => {
    expect(read(text)).toBe(text)
  })

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740994', 9007199254740994],
    ['123456789012345680000', 123456789012345680000],
    ['1.0', 1],
    ['1e2', 100],
    ['-0.0', -0],
    ['0e999', 0],
    ['100000000000000000000000', 1e23],
    ['1E+23', 1e23],
    ['0.10000000000000001', 0.1],
    ['0.30000000000000004', 0.1 + 0.2],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['"9007199254740993 \\" : {[\\\\"', '9007199254740993 " : {[\\'],
    [
      '{"a:b":"c:\\"d\\":1","":{"x" : "9007199254740993"}}',
      { 'a:b': 'c:"d":1', '': { x: '9007199254740993' } },
    ],
    ['null', null],
    ['[]', []],
  ])('reads %.50s as it is', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  it('keeps the text of what has more levels than allowed, and tells how many a value has', () => {
    expect(parseJson('[[{"a":[]}],[]]', 4)).toEqual({ value: [[{ a: [] }], []], levels: 4 })
    expect(parseJson('[[{"a":[]}],[]]', 3)).toEqual({ value: '[[{"a":[]}],[]]', levels: 0 })
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    expect(read(deep)).toBe(deep)
  })
})
