import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysFromCivil } from '../../../src/main/encode/calendar.js'
import { parseIsoDateTime, parseIsoTime } from '../../../src/main/encode/iso-8601.js'
import { parseDecimal } from '../../../src/main/encode/parse-decimal.js'
import { parseInterval } from '../../../src/main/encode/parse-interval.js'
import { formatTimestamp } from '../../../src/values/format-time.js'
import { generatedCases } from '../../support/generated-cases.js'

describe('parseDecimal', () => {
  it('is exact for every integer and scale', () => {
    const scaled = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n })
    fc.assert(
      fc.property(scaled, fc.integer({ min: 0, max: 30 }), (value, scale) => {
        const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
        const point = digits.length - scale
        const text = `${value < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
        expect(parseDecimal(text, 38, scale)).toBe(value)
      }),
      generatedCases(100),
    )
  })

  it.each<[string, bigint | string]>([
    ['1e2', 10000n],
    ['1.50', 150n],
    ['.5', 50n],
    ['5.', 500n],
    ['+0', 0n],
    ['0e999999999', 0n],
    ['1e999999999', 'magnitude'],
    ['1e-999999999', 'fraction'],
    ['1.005', 'fraction'],
    ['1000', 'magnitude'],
    ['', 'syntax'],
    ['.', 'syntax'],
    ['1,5', 'syntax'],
    [' 1', 'syntax'],
    ['0x10', 'syntax'],
    ['NaN', 'syntax'],
  ])('reads %s into DECIMAL(5,2) as %s', (text, expected) => {
    expect(parseDecimal(text, 5, 2)).toBe(expected)
  })
})

describe('times', () => {
  it('agree with Date, to and fro', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const parsed = parseIsoDateTime(date.toISOString())
        if (typeof parsed === 'string') throw new Error(parsed)
        expect(parsed.days * 864e5 + parsed.nanos / 1e6).toBe(date.getTime())
        const text = formatTimestamp(BigInt(date.getTime()), 86_400_000n, 3)
        expect(new Date(`${text}Z`).getTime()).toBe(date.getTime())
        const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
        expect(daysFromCivil(year, month, day)).toBe(Math.floor(date.getTime() / 864e5))
      }),
      generatedCases(100),
    )
  })

  it.each([
    '2024-13-01',
    '2024-02-30',
    '2024-1-1',
    '24-01-01',
    '-0000-01-01',
    '2024-01-01T',
    '2024-01-01T24:00:00',
    '2024-01-01T12:60',
    '2024-01-01T12:00:60',
    '2024-01-01T12:00:00.',
    '2024-01-01T12:00:00+24:00',
    '2024-01-01T12:00:00 UTC',
    'now',
    '',
  ])('do not read %s', (text) => {
    expect(parseIsoDateTime(text)).toBe('syntax')
  })

  it('have nanoseconds and no finer fractions', () => {
    expect(parseIsoTime('00:00:00.0000000010')).toBe(1)
    expect(parseIsoTime('00:00:00.0000000001')).toBe('fraction')
    expect(parseIsoTime('24:00:00.001')).toBe('syntax')
    expect(parseIsoTime('12:00Z')).toBe('syntax')
  })
})

describe('parseInterval', () => {
  it.each<[string, object | string]>([
    ['P1Y2M', { months: 14n, days: 0n, micros: 0n }],
    ['-P1W2D', { months: 0n, days: -9n, micros: 0n }],
    ['PT-1.5S', { months: 0n, days: 0n, micros: -1_500_000n }],
    ['PT1H1M', { months: 0n, days: 0n, micros: 3_660_000_000n }],
    ['PT0.0000001S', 'fraction'],
    ['P', 'syntax'],
    ['P1DT', 'syntax'],
    ['1D', 'syntax'],
  ])('reads %s', (text, expected) => {
    expect(parseInterval(text)).toEqual(expected)
  })
})
