import type { Baseline } from './column-cases.js'

/**
 * What makes a function that does the work of a baseline for all values. That returns a number that the work leads to,
 * so that no compiler leaves it out.
 */
export const baselineWorks: Readonly<Record<Baseline, (values: readonly unknown[]) => () => number>> = {
  'JSON.stringify alone': (values) => () => {
    let length = 0
    for (const value of values) length += JSON.stringify(value).length
    return length
  },
  'Buffer.write alone'(values) {
    const texts = values.map(String)
    const buffer = Buffer.alloc(256 * 1024)
    // The most that UTF-8 takes of the longest, so that none is cut off.
    const reserve = 3 * Math.max(...texts.map(({ length }) => length))
    return () => {
      let offset = 0
      for (const text of texts) {
        if (offset + reserve > buffer.length) offset = 0
        offset += buffer.write(text, offset)
      }
      return offset
    }
  },
  'typed array store alone'(values) {
    const numbers = values.map(Number)
    const store = new Float64Array(numbers.length)
    return () => {
      let index = 0
      for (const value of numbers) store[index++] = value
      return store[index - 1] ?? 0
    }
  },
}
