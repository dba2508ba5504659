import { expect, it } from 'vitest'
import { DurationHistogram } from '../../../src/main/diagnostics/duration-histogram.js'

it('is zero throughout before anything is recorded', () => {
  const none = { count: 0, minMs: 0, meanMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }
  expect(new DurationHistogram().summarize()).toEqual(none)
})

it('tells quantiles to within 1 %', () => {
  const histogram = new DurationHistogram()
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms)
  const { count, ...figures } = histogram.summarize()
  expect(count).toBe(1000)
  const exact = { minMs: 1, meanMs: 500.5, p50Ms: 500, p99Ms: 990, maxMs: 1000 }
  for (const [name, value] of Object.entries(exact)) {
    const error = Math.abs(figures[name as keyof typeof exact] - value) / value
    expect(error, name).toBeLessThan(0.01)
  }
})

it('takes what is too short and too long as the shortest and the longest', () => {
  const histogram = new DurationHistogram()
  for (const ms of [0, -1, 0.0001, 1e9]) histogram.record(ms)
  const { count, minMs, maxMs } = histogram.summarize()
  expect({ count, minMs }).toEqual({ count: 4, minMs: 0.001 })
  expect(maxMs / 3_600_000).toBeCloseTo(1, 1)
})
