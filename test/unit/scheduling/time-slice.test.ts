import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'

// The library takes the clock as it is when it is imported.
vi.useFakeTimers({ toFake: ['performance'] })
const { TimeSlice } = await import('../../../src/main/scheduling/time-slice.js')
afterAll(() => {
  vi.useRealTimers()
})

const pass = (ms: number) => vi.advanceTimersByTime(ms)

/** Half of it is used. */
const budgetMs = 8

let slice: InstanceType<typeof TimeSlice>
beforeEach(() => {
  slice = new TimeSlice(budgetMs)
})

describe('a slice of time', () => {
  it('is over when half of its budget is used up', () => {
    slice.start()
    pass(3.9)
    expect(slice.isOver()).toBe(false)
    pass(0.1)
    expect(slice.isOver()).toBe(true)
    slice.start()
    expect(slice.isOver()).toBe(false)
  })

  it('is counted when it ends, with the time that it took', () => {
    for (const ms of [3, 16, 17]) {
      slice.start()
      pass(ms)
      slice.end()
    }
    const { slices, totalMs, longestMs, overlong } = slice
    expect({ slices, totalMs, longestMs, overlong }).toEqual({
      slices: 3,
      totalMs: 36,
      longestMs: 17,
      // More than twice the budget.
      overlong: 1,
    })
  })

  it('is counted once, and only if it was started', () => {
    slice.end()
    slice.endAtLastSeen()
    expect(slice.slices).toBe(0)
    slice.start()
    slice.end()
    slice.end()
    slice.endAtLastSeen()
    expect(slice.slices).toBe(1)
  })

  it('can end when the clock was last looked at', () => {
    slice.start()
    pass(2)
    slice.isOver()
    pass(1000)
    slice.endAtLastSeen()
    expect([slice.slices, slice.totalMs, slice.overlong]).toEqual([1, 2, 0])
    slice.start()
    pass(1000)
    slice.endAtLastSeen()
    expect([slice.slices, slice.totalMs]).toEqual([2, 2])
  })
})

describe('rows whose source takes no time', () => {
  /** Takes rows that take `ms` each, until the slice is over; returns how many. */
  function takeUntilOver(ms: number, textBytesPerRow = 0): number {
    for (let rows = 1; ; rows++) {
      pass(ms)
      if (slice.isOverAfter(rows * textBytesPerRow)) return rows
    }
  }

  it('end a slice in time, however quick or slow they are', () => {
    for (const ms of [0.001, 0.01, 0.2, 3, 50]) {
      slice = new TimeSlice(budgetMs)
      slice.start()
      const rows = takeUntilOver(ms)
      const exact = Math.ceil(4 / ms)
      expect(rows).toBeGreaterThanOrEqual(exact)
      // At most 32 are taken without a look at the clock, which take 0.05 ms.
      expect(rows).toBeLessThanOrEqual(exact + Math.min(32, Math.ceil(0.05 / ms)))
    }
  })

  it('are taken without a look at the clock, more of the quick ones', () => {
    /** How many rows, after many that took so long, are taken before it is seen that time is up. */
    const blindRows = (ms: number) => {
      slice = new TimeSlice(1000)
      slice.start()
      // The clock is looked at after the first of them, and after the last.
      for (let row = 0; row < 1 + 32 * 5 * 2; row++) {
        pass(ms)
        slice.isOverAfter(0)
      }
      pass(1000)
      for (let rows = 1; ; rows++) if (slice.isOverAfter(0)) return rows
    }
    expect(blindRows(0.0001)).toBe(32)
    expect(blindRows(0.0099)).toBe(5)
    expect(blindRows(0.06)).toBe(1)
  })

  it('have the clock looked at after 8 KiB of strings, and when another batch has begun', () => {
    for (const textBytes of [8193, -1]) {
      slice = new TimeSlice(budgetMs)
      slice.start()
      slice.isOverAfter(0)
      slice.isOverAfter(0)
      pass(100)
      expect(slice.isOverAfter(8192)).toBe(false)
      expect(slice.isOverAfter(textBytes)).toBe(true)
    }
  })

  it('are as many as they were since the last look, also where that was for their strings', () => {
    slice.start()
    pass(0.0001)
    slice.isOverAfter(0)
    // From now on 32 rows would be taken blindly, but for this one.
    pass(0.1)
    slice.isOverAfter(9000)
    pass(100)
    expect(slice.isOverAfter(9000)).toBe(true)
  })
})
