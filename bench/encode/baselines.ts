/** Work without which values could not be encoded. */
export interface Baseline {
  readonly name: string
  /** Makes what does it for all values, and returns a number that it leads to, so that no compiler leaves it out. */
  prepare(values: readonly unknown[]): () => number
}

export const stringify: Baseline = {
  name: 'JSON.stringify alone',
  prepare: (values) => () => {
    let length = 0
    for (const value of values) length += JSON.stringify(value).length
    return length
  },
}

export const bufferWrite: Baseline = {
  name: 'Buffer.write alone',
  prepare(values) {
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
}

export const typedArrayStore: Baseline = {
  name: 'typed array store alone',
  prepare(values) {
    const store = new Float64Array(values.length)
    const numbers = values.map(Number)
    return () => {
      let index = 0
      for (const value of numbers) store[index++] = value
      return store[index - 1] ?? 0
    }
  },
}
