import type { KeyRange } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { collect, contents, numbers, type StoreUnderTest } from './store-under-test.js'

const keys = ['b', 'a', 'ab', 'a\uffff', '😀', '\uff21', '', 'aa']
const inOrder = ['', 'a', 'aa', 'ab', 'a\uffff', 'b', '😀', '\uff21']

const cases: readonly (readonly [KeyRange, readonly string[]])[] = [
  [{}, inOrder],
  [{ reverse: true }, [...inOrder].reverse()],
  [{ prefix: 'a' }, ['a', 'aa', 'ab', 'a\uffff']],
  [{ prefix: 'a\uffff' }, ['a\uffff']],
  [{ prefix: '\ud83d' }, ['😀']],
  [{ prefix: 'a', gt: 'a', lt: 'ab' }, ['aa']],
  [{ gte: 'aa', lte: 'b', reverse: true, limit: 2 }, ['b', 'a\uffff']],
  [{ gt: 'aa', gte: 'aa', lt: 'b', lte: 'b' }, ['ab', 'a\uffff']],
  [{ gt: 'b', lt: 'a' }, []],
  [{ gt: 'a', lt: 'a' }, []],
  [{ prefix: 'b', lt: 'b' }, []],
  [{ limit: 0 }, []],
  [{ limit: 3 }, ['', 'a', 'aa']],
  [{ lte: '' }, ['']],
  [{ lt: '' }, []],
  [{ gte: '😀' }, ['😀', '\uff21']],
]

/** Ranges of keys. */
export function describeRanges(given: StoreUnderTest): void {
  describe('a range', () => {
    it.each(cases)('%j has its keys, values and entries in order', async (range, expected) => {
      const values = new Map(keys.map((key, index) => [key, index]))
      await given.store.setMany(values)
      expect(await collect(given.store.keys(range))).toEqual(expected)
      expect(await collect(given.store.values(range))).toEqual(expected.map((key) => values.get(key)))
      expect(await collect(given.store.entries(range))).toEqual(expected.map((key) => [key, values.get(key)]))
      await given.store.transaction(async (inner) => {
        await inner.set('ac', 'new')
        await inner.delete('aa')
        expect(await inner.hasMany(['aa', 'ac'])).toEqual([false, true])
        await inner.set('aa', 'again')
        expect(await collect(inner.keys({ gte: 'aa', lt: 'ad' }))).toEqual(['aa', 'ab', 'ac'])
        await inner.delete('ac')
        expect(await collect(inner.keys(range))).toEqual(expected)
      })
      await given.store.clear(range)
      expect([...(await contents(given.store)).keys()].sort()).toEqual(
        keys.filter((key) => !expected.includes(key)).sort(),
      )
    })

    it('is kept up to date', async () => {
      await given.store.setMany(numbers(30))
      expect(await collect(given.store.keys({ prefix: 'k1', limit: 2 }))).toEqual(['k1', 'k10'])
      await given.store.delete('k10')
      await given.store.set('k1a', 1)
      expect(await collect(given.store.keys({ prefix: 'k1', reverse: true, limit: 2 }))).toEqual([
        'k1a',
        'k19',
      ])
      await given.store.clear()
      expect(await collect(given.store.keys({ prefix: 'k1' }))).toEqual([])
      await given.store.set('k11', 1)
      expect(await collect(given.store.keys({ prefix: 'k1' }))).toEqual(['k11'])
    })

    it('is walked through as it was at the start', async () => {
      await given.store.setMany(numbers(10))
      const seen: [string, unknown][] = []
      for await (const entry of given.store.entries({ reverse: true })) {
        seen.push(entry)
        await given.store.clear({ lt: 'k5' })
        await given.store.set('k7', 'changed')
        await given.store.set('k70', 'new')
      }
      expect(seen).toEqual([...numbers(10)].reverse())
      expect(await collect(given.store.keys({}))).toEqual(['k5', 'k6', 'k7', 'k70', 'k8', 'k9'])
    })

    it('is cleared in the order of the calls', async () => {
      void given.store.setMany(numbers(3000))
      void given.store.clear({ prefix: 'k1' })
      void given.store.set('k1', 'again')
      void given.store.clear({ gte: 'k2' })
      expect(await given.store.size()).toBeLessThanOrEqual(3000)
      await given.store.set('k3', 'again')
      expect(await collect(given.store.entries({}))).toEqual([
        ['k0', 0],
        ['k1', 'again'],
        ['k3', 'again'],
      ])
    })

    it.each([{ from: 'a' }, { limit: -1 }, { gt: 1 }, null, 'a'])('%j is refused', async (bad) => {
      await given.store.set('k', 1)
      const range = bad as KeyRange
      expect(() => given.store.keys(range)).toThrow()
      expect(() => given.store.values(range)).toThrow()
      expect(() => given.store.entries(range)).toThrow()
      await expect(given.store.clear(range)).rejects.toThrow()
      expect(await contents(given.store)).toEqual(new Map([['k', 1]]))
    })
  })

  describe('hasMany', () => {
    it('says of each key whether it is there', async () => {
      await given.store.setMany([
        ['a', null],
        ['', 0],
      ])
      expect(await given.store.hasMany(['b', 'a', '', 'a'])).toEqual([false, true, true, true])
      expect(await given.store.hasMany(new Set())).toEqual([])
      await expect(given.store.hasMany(['a', 1 as never])).rejects.toThrow(TypeError)
      await expect(given.store.hasMany('a')).rejects.toThrow(TypeError)
    })
  })

  describe('peek', () => {
    it('gives at once what was just set', async () => {
      await given.store.set('k', { n: 1 })
      expect(given.store.peek('k')).toEqual({ n: 1 })
      const setting = given.store.set('k', 2)
      expect(given.store.peek('k')).toBe(2)
      expect(given.store.peek('none')).toBeUndefined()
      expect(() => given.store.peek(1 as never)).toThrow(TypeError)
      await setting
    })
  })
}
