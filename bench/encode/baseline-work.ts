import type { Baseline } from './column-case.js'

/**
 * Makes a function that does the work of a baseline for all values.
 *
 * @returns a number that the work leads to, so that no compiler leaves it out.
 */
export function baselineWork(baseline: Baseline, values: readonly unknown[]): () => number {
  switch (baseline) {
    case 'JSON.stringify alone':
      return () => {
        let length = 0
        for (const value of values) length += JSON.stringify(value).length
        return length
      }
    case 'Buffer.write alone':
      return writeAll(values.map(String))
    case 'typed array store alone':
      return storeAll(values.map(Number))
  }
}

function writeAll(texts: readonly string[]): () => number {
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
}

function storeAll(numbers: readonly number[]): () => number {
  const store = new Float64Array(numbers.length)
  return () => {
    let index = 0
    for (const value of numbers) store[index++] = value
    return store[index - 1] ?? 0
  }
}
