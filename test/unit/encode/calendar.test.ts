import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysFromCivil, daysInMonth } from '../../../src/main/encode/calendar.js'
import { generatedCases } from '../../support/generated-cases.js'

const msPerDay = 86_400_000

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date
}

describe('daysFromCivil', () => {
  it('counts as Date does, over all the years that Date has', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const date = new Date(days * msPerDay)
        expect(daysFromCivil(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(days)
      }),
      generatedCases(2000),
    )
  })

  it('counts every day of 800 years, one after the other', () => {
    let days = daysFromCivil(1599, 12, 31)
    for (let year = 1600; year < 2400; year++) {
      for (let month = 1; month <= 12; month++) {
        for (let day = 1; day <= daysInMonth(year, month); day++) {
          if (daysFromCivil(year, month, day) !== ++days)
            expect.fail(`${year}-${month}-${day} is not ${days}`)
        }
      }
    }
    expect(days).toBe(utc(2399, 12, 31).getTime() / msPerDay)
  })

  it.each<[number, number, number, number]>([
    [1970, 1, 1, 0],
    [1969, 12, 31, -1],
    [2000, 2, 29, 11_016],
    // DuckDB's first and last date, as `'...'::DATE - '1970-01-01'::DATE` tells them.
    [-5_877_641, 6, 25, -2_147_483_646],
    [5_881_580, 7, 10, 2_147_483_646],
  ])('counts %i-%i-%i as %i', (year, month, day, days) => {
    expect(daysFromCivil(year, month, day)).toBe(days)
  })
})

describe('daysInMonth', () => {
  it('is what Date has for the day before the first of the next month', () => {
    const month = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), month, (year, month) => {
        expect(daysInMonth(year, month)).toBe(utc(year, month + 1, 0).getUTCDate())
      }),
      generatedCases(100),
    )
  })

  it.each([
    [1900, 28],
    [2000, 29],
    [2023, 28],
    [2024, 29],
    [0, 29],
    [-4, 29],
    [-100, 28],
  ])('gives February of %i %i days', (year, days) => {
    expect(daysInMonth(year, 2)).toBe(days)
  })
})
