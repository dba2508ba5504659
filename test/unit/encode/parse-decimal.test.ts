import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDecimal } from '../../../src/main/encode/parse-decimal.js'
import { cpuMsOf } from '../../support/cpu-time.js'
import { generatedCases } from '../../support/generated-cases.js'

/** An integer of `scale` fraction digits as text: the inverse of what is tested, made of string operations. */
function format(scaled: bigint, scale: number): string {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale)
  return `${scaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${fraction}`}`
}

/** A width, a scale, and a value that just fits them. */
const fitting = fc
  .integer({ min: 1, max: 38 })
  .chain((width) => fc.tuple(fc.constant(width), fc.integer({ min: 0, max: width })))
  .chain(([width, scale]) => {
    const max = 10n ** BigInt(width) - 1n
    return fc.record({
      width: fc.constant(width),
      scale: fc.constant(scale),
      value: fc.bigInt({ min: -max, max }),
    })
  })

describe('parseDecimal', () => {
  it.each<[string, number, number, bigint]>([
    ['0', 1, 0, 0n],
    ['-0', 4, 2, 0n],
    ['+7', 4, 2, 700n],
    ['-12.340', 4, 2, -1234n],
    ['.5', 4, 2, 50n],
    ['5.', 4, 2, 500n],
    ['00012.30000', 4, 2, 1230n],
    ['1e-2', 4, 2, 1n],
    ['12E0', 4, 2, 1200n],
    ['0.0012e+3', 4, 2, 120n],
    ['0.99', 2, 2, 99n],
    ['0e999999999', 4, 2, 0n],
    ['0.000000000000', 4, 2, 0n],
  ])('reads %s as a DECIMAL(%i,%i)', (text, width, scale, scaled) => {
    expect(parseDecimal(text, width, scale)).toBe(scaled)
  })

  it.each([
    '',
    '.',
    '-',
    '+.',
    'e5',
    '1e',
    '1e+',
    '1,5',
    ' 1',
    '1 ',
    '1\n',
    '0x10',
    '1_000',
    '--1',
    'NaN',
    'Infinity',
    '1e1.5',
    '١',
    '1e1234567890',
  ])('does not take %j for a number', (text) => {
    expect(parseDecimal(text, 38, 10)).toBe('syntax')
  })

  it.each<[string, number, number]>([
    ['0.001', 4, 2],
    ['1.005', 4, 2],
    ['1e-3', 4, 2],
    ['1e-999999999', 38, 38],
    ['0.5', 4, 0],
  ])('refuses the fraction of %s for a DECIMAL(%i,%i)', (text, width, scale) => {
    expect(parseDecimal(text, width, scale)).toBe('fraction')
  })

  it.each<[string, number, number]>([
    ['100', 4, 2],
    ['-100', 4, 2],
    ['1', 2, 2],
    ['1e2', 4, 2],
    ['1e999999999', 38, 0],
  ])('refuses the size of %s for a DECIMAL(%i,%i)', (text, width, scale) => {
    expect(parseDecimal(text, width, scale)).toBe('magnitude')
  })

  it('reads every value that fits, exactly, however it is padded', () => {
    fc.assert(
      fc.property(fitting, fc.nat(5), fc.nat(5), ({ width, scale, value }, leading, trailing) => {
        const plain = format(value < 0n ? -value : value, scale)
        const zeros = scale === 0 ? '' : '0'.repeat(trailing)
        const padded = `${value < 0n ? '-' : ''}${'0'.repeat(leading)}${plain}${zeros}`
        expect(parseDecimal(padded, width, scale)).toBe(value)
      }),
      generatedCases(100),
    )
  })

  it('reads the same value with its point moved by an exponent', () => {
    fc.assert(
      fc.property(fitting, ({ width, scale, value }) => {
        expect(parseDecimal(`${value}e-${scale}`, width, scale)).toBe(value)
      }),
      generatedCases(100),
    )
  })

  it('refuses one digit more on either side', () => {
    fc.assert(
      fc.property(fitting, ({ width, scale, value }) => {
        const limit = 10n ** BigInt(width)
        expect(parseDecimal(format(limit, scale), width, scale)).toBe('magnitude')
        expect(parseDecimal(format(-limit, scale), width, scale)).toBe('magnitude')
        expect(parseDecimal(format(value * 10n + 1n, scale + 1), width, scale)).toBe('fraction')
      }),
      generatedCases(100),
    )
  })

  it('takes time in proportion to the length of a hostile text', () => {
    const text = `1${'0'.repeat(200_000)}1`
    const cpuMs = cpuMsOf(() => expect(parseDecimal(text, 38, 10)).toBe('magnitude'))
    // A backtracking search for the last zeros takes 20 seconds and more.
    expect(cpuMs).toBeLessThan(1000)
  })
})
