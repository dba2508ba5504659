import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ArraySource } from '../../../src/main/write/array-source.js'
import { takeOnce } from '../../../src/main/write/spent-source.js'

describe('ArraySource', () => {
  const take = (source: ArraySource, count: number) => {
    const rows: unknown[] = []
    while (rows.length < count && source.advance()) rows.push(source.row)
    return rows
  }

  it('gives all rows in their order, holes included, and ends for good', () => {
    const rows: unknown[] = ['a', undefined]
    rows[3] = 'd'
    const source = new ArraySource(rows)
    expect(take(source, 9)).toEqual(['a', undefined, undefined, 'd'])
    expect(source.advance()).toBe(false)
    expect(new ArraySource([]).advance()).toBe(false)
  })

  it('gives rows again after it went back, also from its end', () => {
    const source = new ArraySource(['a', 'b', 'c', 'd'])
    expect(take(source, 3)).toEqual(['a', 'b', 'c'])
    source.goBack(2)
    expect(take(source, 9)).toEqual(['b', 'c', 'd'])
    expect(source.advance()).toBe(false)
    source.goBack(1)
    expect(take(source, 9)).toEqual(['d'])
  })

  it('has each row at its index, wherever it stands', () => {
    const source = new ArraySource(['a', 'b'])
    expect([source.rowAt(1), source.rowAt(0), source.rowAt(2)]).toEqual(['b', 'a', undefined])
    expect(take(source, 9)).toEqual(['a', 'b'])
  })

  it('gives the rows that were added meanwhile', () => {
    const rows = ['a']
    const source = new ArraySource(rows)
    expect(take(source, 1)).toEqual(['a'])
    rows.push('b')
    expect(take(source, 9)).toEqual(['b'])
  })
})

describe('what can be read once', () => {
  function* generate() {
    yield 1
  }
  async function* generateAsync() {
    yield 1
  }

  it.each<[string, () => object, string]>([
    ['a generator', generate, 'an iterator that another call'],
    ['an asynchronous generator', generateAsync, 'an iterator that another call'],
    ['an iterator of a Map', () => new Map().values(), 'an iterator that another call'],
    ['a stream', () => Readable.from([1]), 'a stream that another call'],
  ])('is taken once, as %s is', (_, create, problem) => {
    const rows = create()
    takeOnce(rows)
    expect(() => takeOnce(rows)).toThrow(TypeError)
    expect(() => takeOnce(rows)).toThrow(`Expected \`rows\` that have not been read yet, got ${problem}`)
    expect(() => takeOnce(create())).not.toThrow()
  })

  it.each<[string, () => object]>([
    ['a Set', () => new Set([1])],
    ['an object that makes an iterator each time', () => ({ [Symbol.iterator]: generate })],
    [
      'an iterator of others, which may begin anew',
      () => ({
        next: () => ({ done: true }),
        [Symbol.iterator]() {
          return this
        },
      }),
    ],
    ['no source at all', () => ({})],
  ])('is not what can be read again: %s', (_, create) => {
    const rows = create()
    takeOnce(rows)
    expect(() => takeOnce(rows)).not.toThrow()
  })

  it('is refused where others have read it', async () => {
    const ended = Readable.from([1])
    for await (const _ of ended);
    expect(() => takeOnce(ended)).toThrow('a stream that has been read to its end')
    const create = () =>
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(1)
          controller.enqueue(2)
        },
      })
    const web = create()
    const reader = web.getReader()
    expect(() => takeOnce(web)).toThrow('a ReadableStream that is locked')
    await reader.read()
    reader.releaseLock()
    expect(() => takeOnce(web)).toThrow('a ReadableStream that has been read from')
    expect(() => takeOnce(create())).not.toThrow()
  })
})
