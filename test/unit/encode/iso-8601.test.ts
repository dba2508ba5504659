import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nanosPerDay, parseIsoDateTime, parseIsoTime } from '../../../src/main/encode/iso-8601.js'
import { generatedCases } from '../../support/generated-cases.js'

const second = 1_000_000_000
const minute = 60 * second
const hour = 60 * minute

/** Milliseconds since 1970-01-01T00:00:00Z, of a text with no finer fraction. */
function parseMs(text: string): number | string {
  const parsed = parseIsoDateTime(text)
  return typeof parsed === 'string' ? parsed : parsed.days * 86_400_000 + parsed.nanos / 1_000_000
}

describe('parseIsoDateTime', () => {
  it('reads back what Date writes, in all of its years', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(parseMs(date.toISOString())).toBe(date.getTime())
      }),
      generatedCases(1000),
    )
  })

  it('reads an offset as Date.parse does', () => {
    const offset = fc.record({
      sign: fc.constantFrom('+', '-'),
      hours: fc.integer({ min: 0, max: 23 }),
      minutes: fc.integer({ min: 0, max: 59 }),
    })
    const date = fc.date({
      noInvalidDate: true,
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-30'),
    })
    fc.assert(
      fc.property(date, offset, (date, { sign, hours, minutes }) => {
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
        const text = date.toISOString().replace('Z', zone)
        expect(parseMs(text)).toBe(Date.parse(text))
        expect(parseMs(text.replace(zone, zone.replace(':', '')))).toBe(Date.parse(text))
      }),
      generatedCases(100),
    )
  })

  it.each<[string, number, number]>([
    ['1970-01-01', 0, 0],
    ['1970-01-02T00:00', 1, 0],
    ['1970-01-01T12:30', 0, 12 * hour + 30 * minute],
    ['1970-01-01 12:30:05', 0, 12 * hour + 30 * minute + 5 * second],
    ['1970-01-01t00:00:05z', 0, 5 * second],
    ['1970-01-01T00:00:00.5', 0, 500_000_000],
    ['1970-01-01T00:00:00.123456789', 0, 123_456_789],
    ['1970-01-01T00:00:00.123456789000Z', 0, 123_456_789],
    ['1970-01-01T00:00:00+02', 0, -2 * hour],
    ['1970-01-01T23:30:00-0130', 0, 25 * hour],
    ['1970-01-01T23:59:59.999999999', 0, nanosPerDay - 1],
    ['+001970-01-01', 0, 0],
    ['0000-02-29', -719_469, 0],
    ['-0001-12-31', -719_529, 0],
  ])('reads %s', (text, days, nanos) => {
    expect(parseIsoDateTime(text)).toEqual({ days, nanos })
  })

  it.each([
    '',
    'today',
    '2024',
    '2024-05',
    '2024-5-31',
    '24-05-31',
    '12024-05-31',
    '-0000-01-01',
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-00-01',
    '2024-13-01',
    '2024-01-00',
    '2024-01-32',
    '2024-01-01T',
    '2024-01-01T1:00',
    '2024-01-01T12',
    '2024-01-01T12:60',
    '2024-01-01T12:00:60',
    '2024-01-01T12:00:',
    '2024-01-01T12:00:00.',
    '2024-01-01T24:00:00',
    '2024-01-01T25:00',
    '2024-01-01T12:00+',
    '2024-01-01T12:00+2',
    '2024-01-01T12:00+24',
    '2024-01-01T12:00+02:',
    '2024-01-01T12:00+02:60',
    '2024-01-01T12:00Zx',
    '2024-01-01T12:00 Z',
    '2024-01-01Z',
    ' 2024-01-01',
    '2024-01-01 ',
    '2024/01/01',
    '2024-01-01_12:00',
    '٢٠٢٤-01-01',
  ])('does not take %j for a time', (text) => {
    expect(parseIsoDateTime(text)).toBe('syntax')
  })

  it('refuses digits finer than nanoseconds', () => {
    expect(parseIsoDateTime('2024-01-01T00:00:00.0000000001')).toBe('fraction')
    expect(parseIsoTime('00:00:00.1234567891')).toBe('fraction')
  })
})

describe('parseIsoTime', () => {
  it.each<[string, number]>([
    ['00:00', 0],
    ['12:30', 12 * hour + 30 * minute],
    ['23:59:59.999999', nanosPerDay - 1000],
    ['00:00:00.000000001', 1],
    ['24:00', nanosPerDay],
    ['24:00:00.000', nanosPerDay],
  ])('reads %s', (text, nanos) => {
    expect(parseIsoTime(text)).toBe(nanos)
  })

  it.each([
    '',
    '1:00',
    '12',
    '12:00Z',
    '12:00+01',
    '24:00:00.000000001',
    '24:01',
    '12:00 ',
    '-01:00',
    '12:00:0',
  ])('does not take %j for a time of day', (text) => {
    expect(parseIsoTime(text)).toBe('syntax')
  })

  it('reads every time of day back, to the nanosecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 86_399 }),
        fc.integer({ min: 0, max: second - 1 }),
        (s, nanos) => {
          const clock = new Date(s * 1000).toISOString().slice(11, 19)
          expect(parseIsoTime(`${clock}.${String(nanos).padStart(9, '0')}`)).toBe(s * second + nanos)
        },
      ),
      generatedCases(100),
    )
  })
})
