import type { BatchOperation } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { expectSame } from './expect-same.js'
import { contents, numbers, type StoreUnderTest } from './store-under-test.js'

/** One entry, many, and batches of changes. */
export function describeEntries(given: StoreUnderTest): void {
  describe('one entry', () => {
    it('that is not there is undefined, and deleting it makes no difference', async () => {
      expect(await given.store.get('k')).toBeUndefined()
      expect(await given.store.has('k')).toBe(false)
      expect(await given.store.delete('k')).toBe(false)
      expect(await given.store.size()).toBe(0)
    })

    it('with null is there', async () => {
      await given.store.set('k', null)
      expect(await given.store.get('k')).toBeNull()
      expect(await given.store.has('k')).toBe(true)
      expect(await given.store.size()).toBe(1)
      expect(await given.store.getMany(['k'])).toEqual(new Map([['k', null]]))
    })

    it('set again has the later value, and is still one', async () => {
      await given.store.set('k', 1)
      await given.store.set('k', 2)
      expect(await given.store.get('k')).toBe(2)
      expect(await given.store.size()).toBe(1)
    })

    it('deleted is gone, and can be set again', async () => {
      await given.store.set('k', 1)
      expect(await given.store.delete('k')).toBe(true)
      expect(await given.store.delete('k')).toBe(false)
      expect(await given.store.get('k')).toBeUndefined()
      await given.store.set('k', 3)
      expect(await given.store.get('k')).toBe(3)
      expect(await given.store.size()).toBe(1)
    })
  })

  describe('many entries', () => {
    it('are set from a Map, from pairs and from a generator', async () => {
      await given.store.setMany(new Map([['map', 1]]))
      await given.store.setMany([['pairs', 2]])
      await given.store.setMany(
        (function* () {
          yield ['generator', 3] as const
        })(),
      )
      expect(await contents(given.store)).toEqual(
        new Map([
          ['map', 1],
          ['pairs', 2],
          ['generator', 3],
        ]),
      )
    })

    it('set with one key twice have the last value', async () => {
      await given.store.setMany([
        ['k', 1],
        ['k', 2],
      ])
      expect(await contents(given.store)).toEqual(new Map([['k', 2]]))
    })

    it('can be none', async () => {
      await given.store.set('k', 1)
      await given.store.setMany([])
      await given.store.setMany(new Map())
      await given.store.batch([])
      expect(await given.store.deleteMany([])).toBe(0)
      expect(await given.store.getMany([])).toEqual(new Map())
      expect(await contents(given.store)).toEqual(new Map([['k', 1]]))
    })

    it('are found, those that are there', async () => {
      await given.store.setMany(numbers(10))
      const found = await given.store.getMany(new Set(['k3', 'missing', 'k5', 'k3']))
      expect(found).toEqual(
        new Map([
          ['k3', 3],
          ['k5', 5],
        ]),
      )
    })

    it('are deleted, and counted, those that are there', async () => {
      await given.store.setMany(numbers(5))
      expect(await given.store.deleteMany(['k1', 'missing', 'k3', 'k1'])).toBe(2)
      expect([...(await contents(given.store)).keys()].sort()).toEqual(['k0', 'k2', 'k4'])
    })

    it('are all cleared, and can be set again', async () => {
      await given.store.setMany(numbers(5))
      await given.store.clear()
      expect(await given.store.size()).toBe(0)
      expect(await given.store.get('k0')).toBeUndefined()
      expect(await contents(given.store)).toEqual(new Map())
      await given.store.set('k0', 'new')
      expect(await contents(given.store)).toEqual(new Map([['k0', 'new']]))
    })

    it('can be 20,000', async () => {
      await given.store.setMany(numbers(20_000))
      expect(await given.store.size()).toBe(20_000)
      expectSame(await contents(given.store), new Map(numbers(20_000)))
      expect(await given.store.deleteMany([...numbers(20_000)].slice(5).map(([key]) => key))).toBe(19_995)
      expect(await contents(given.store)).toEqual(new Map(numbers(5)))
    })

    it.each<[string, (source: Iterable<never>) => Promise<unknown>]>([
      ['setMany', (source) => given.store.setMany(source)],
      ['deleteMany', (source) => given.store.deleteMany(source)],
      ['getMany', (source) => given.store.getMany(source)],
      ['batch', (source) => given.store.batch(source)],
    ])('given to %s pass on what their source throws, and nothing changes', async (method, source) => {
      await given.store.set('k', 1)
      const thrown = new Error('source')
      const items = { setMany: ['k', 2], deleteMany: 'k', getMany: 'k', batch: { type: 'clear' } }
      function* failing(): Generator<never> {
        yield items[method as keyof typeof items] as never
        throw thrown
      }
      await expect(source(failing())).rejects.toBe(thrown)
      expect(await contents(given.store)).toEqual(new Map([['k', 1]]))
    })
  })

  describe('a batch', () => {
    it('makes its changes in their order', async () => {
      await given.store.setMany(numbers(3))
      await given.store.batch([
        { type: 'set', key: 'a', value: 1 },
        { type: 'clear' },
        { type: 'set', key: 'b', value: 2 },
        { type: 'set', key: 'c', value: 3 },
        { type: 'delete', key: 'b' },
        { type: 'set', key: 'c', value: 4 },
      ])
      expect(await contents(given.store)).toEqual(new Map([['c', 4]]))
    })

    it.each<[string, unknown]>([
      ['null', null],
      ['a string', 'set'],
      ['of another type', { type: 'put', key: 'k', value: 1 }],
      ['without a type', { key: 'k', value: 1 }],
      ['without a key', { type: 'set', value: 1 }],
      ['without a value', { type: 'set', key: 'k' }],
    ])('is refused with an operation that is %s, and nothing changes', async (_, operation) => {
      await given.store.set('k', 1)
      const operations = [{ type: 'clear' }, operation] as BatchOperation<unknown>[]
      await expect(given.store.batch(operations)).rejects.toThrow(TypeError)
      expect(await contents(given.store)).toEqual(new Map([['k', 1]]))
    })

    it('is seen as a whole by everyone', async () => {
      const operations = (value: number) => ['x', 'y'].map((key) => ({ type: 'set', key, value }) as const)
      await given.store.batch(operations(0))
      const writes = Array.from({ length: 50 }, (_, index) => given.store.batch(operations(index)))
      for (let reads = 0; reads < 50; reads++) {
        const found = await given.store.getMany(['x', 'y'])
        expect(found.get('x')).toBe(found.get('y'))
      }
      await Promise.all(writes)
    })
  })
}
