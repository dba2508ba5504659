import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInterval } from '../../../src/main/encode/parse-interval.js'
import { generatedCases } from '../../support/generated-cases.js'

describe('parseInterval', () => {
  it.each<[string, bigint, bigint, bigint]>([
    ['P1Y2M3DT4H5M6.789S', 14n, 3n, 14_706_789_000n],
    ['P2W', 0n, 14n, 0n],
    ['P1W1D', 0n, 8n, 0n],
    ['PT0S', 0n, 0n, 0n],
    ['P1M', 1n, 0n, 0n],
    ['PT1M', 0n, 0n, 60_000_000n],
    ['-PT1H', 0n, 0n, -3_600_000_000n],
    ['+P1D', 0n, 1n, 0n],
    ['P-1Y+2M', -10n, 0n, 0n],
    ['-P-1D', 0n, 1n, 0n],
    ['PT-0.5S', 0n, 0n, -500_000n],
    ['-PT-0.000001S', 0n, 0n, 1n],
    ['PT1H-1S', 0n, 0n, 3_599_000_000n],
    ['PT0,000001S', 0n, 0n, 1n],
    ['PT0.000001000S', 0n, 0n, 1n],
    ['PT999999999999999S', 0n, 0n, 999_999_999_999_999_000_000n],
  ])('reads %s', (text, months, days, micros) => {
    expect(parseInterval(text)).toEqual({ months, days, micros })
  })

  it.each([
    '',
    'P',
    '-P',
    'PT',
    'P1YT',
    'P1',
    '1Y',
    'P1D2M',
    'PT1D',
    'P1H',
    'P1.5D',
    'PT.5S',
    'PT1.S',
    'p1d',
    ' P1D',
    'P1D ',
    'P--1D',
    'P1Y1Y',
    '1 day',
    'P1234567890123456D',
    'PT0.1234567890S',
  ])('does not take %j for a duration', (text) => {
    expect(parseInterval(text)).toBe('syntax')
  })

  it('refuses fractions finer than microseconds', () => {
    expect(parseInterval('PT0.0000001S')).toBe('fraction')
    expect(parseInterval('PT1.123456789S')).toBe('fraction')
  })

  it('adds up the units of every duration, with a sign before each', () => {
    const part = fc.bigInt({ min: -999_999n, max: 999_999n })
    const parts = fc.tuple(part, part, part, part, part, part, part)
    fc.assert(
      fc.property(fc.boolean(), parts, fc.nat(999_999), (isNegative, [y, mo, w, d, h, mi, s], fraction) => {
        const digits = String(fraction).padStart(6, '0')
        const text = `${isNegative ? '-' : ''}P${y}Y${mo}M${w}W${d}DT${h}H${mi}M${s}.${digits}S`
        const factor = isNegative ? -1n : 1n
        // The sign before the seconds is the fraction's as well.
        const secondMicros = s * 1_000_000n + (s < 0n ? -BigInt(fraction) : BigInt(fraction))
        expect(parseInterval(text)).toEqual({
          months: factor * (y * 12n + mo),
          days: factor * (w * 7n + d),
          micros: factor * ((h * 60n + mi) * 60_000_000n + secondMicros),
        })
      }),
      generatedCases(100),
    )
  })
})
