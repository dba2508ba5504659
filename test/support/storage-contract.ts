import type { BatchOperation, KeyValueStore } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** A store to test, and how to be rid of it. */
export interface StoreUnderTest {
  readonly store: KeyValueStore
  end(): Promise<void>
}

const shared = { a: 1 }

/** Values that are kept as they are. */
const plainValues: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['zero', 0],
  ['a negative fraction', -1.5],
  ['the largest number', Number.MAX_VALUE],
  ['the smallest number', Number.MIN_VALUE],
  ['an integer beyond 2^53', 2 ** 60],
  ['an empty string', ''],
  ['a string of several scripts', 'Zürich, 東京, مرحبا, 👩‍👩‍👧, \u2028\uFEFF'],
  ['a string with NUL', 'a\0b\0'],
  ['a string of control characters, quotes and backslashes', '\x01\x1f\x7f"\'\\n\\u0000\n'],
  ['a string that reads like JSON', '{"a":[null]}'],
  ['a string of 100,000 characters', 'é'.repeat(100_000)],
  ['true', true],
  ['false', false],
  ['an empty array', []],
  ['an array of everything', [null, 1, 'two', false, [], {}, [[3]]]],
  ['an empty object', {}],
  ['a nested object', { a: { b: [{ c: null }, 'd'] }, 'key with "quotes"': 1, '': 2, 'ü\0': 3 }],
  ['an object that has an own __proto__', JSON.parse('{"__proto__":{"a":1},"constructor":2}')],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['one object in two places', [shared, { again: shared }]],
  ['an array 500 levels deep', nest(500)],
]

function nest(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

/** Values that JSON makes something else of, and what. */
const changedValues: readonly (readonly [name: string, value: unknown, kept: unknown])[] = [
  ['a Date', new Date(86_400_000), '1970-01-02T00:00:00.000Z'],
  ['nested Dates', { a: [new Date(0)] }, { a: ['1970-01-01T00:00:00.000Z'] }],
  ['an object with undefined properties', { a: undefined, b: { c: undefined, d: 1 } }, { b: { d: 1 } }],
  ['an object with toJSON', { toJSON: () => ({ made: true }) }, { made: true }],
  ['a nested object with toJSON', [{ toJSON: () => 'made' }], ['made']],
  ['a Buffer', Buffer.from([1, 2]), { type: 'Buffer', data: [1, 2] }],
]

const circular: Record<string, unknown> = { a: 1 }
circular.self = { circular }

/** Values that JSON has no place for. */
const refusedValues: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a BigInt', 1n],
  ['an object that contains itself', circular],
  ['an array that contains itself', circularArray()],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['a WeakMap', new WeakMap()],
  ['a Promise', Promise.resolve(1)],
  ['a RegExp', /a/],
  ['an Error', new Error('e')],
  ['bytes', new Uint8Array(2)],
  ['a boxed string', Object('a')],
  ['a lone surrogate', 'a\ud800'],
  ['an invalid Date', new Date(Number.NaN)],
  ['undefined in an array', [undefined]],
  ['an array with a hole', Object.assign(new Array(2), { 1: 1 })],
  ['a nested function', { a: () => 1 }],
  ['a nested symbol', { a: [Symbol('s')] }],
  ['a nested BigInt', [[1n]]],
  ['a nested NaN', { a: [Number.NaN] }],
  ['a nested Infinity', [{ a: Number.POSITIVE_INFINITY }]],
  ['a nested Map', { a: new Map() }],
  ['a nested Set', [new Set()]],
  ['a nested lone surrogate', { a: ['\udc00b'] }],
  ['a nested invalid Date', [new Date(Number.NaN)]],
  ['an object whose toJSON throws', throwing('toJSON')],
  ['a nested object whose toJSON throws', { a: [throwing('toJSON')] }],
  ['an object whose toJSON returns undefined', { toJSON: () => undefined }],
  ['an object whose toJSON returns a BigInt', { toJSON: () => 1n }],
  ['an object whose getter throws', throwing('get')],
  ['an array 20,000 levels deep', nest(20_000)],
]

function circularArray(): unknown[] {
  const array: unknown[] = [1]
  array.push([array])
  return array
}

function throwing(how: 'toJSON' | 'get'): object {
  const fail = () => {
    throw new Error('thrown on purpose')
  }
  return how === 'toJSON' ? { toJSON: fail } : Object.defineProperty({}, 'a', { get: fail, enumerable: true })
}

const badKeys: readonly (readonly [name: string, key: unknown])[] = [
  ['an empty string', ''],
  ['a number', 1],
  ['a lone surrogate', 'k\ud800'],
  ['undefined', undefined],
  ['null', null],
  ['an object', {}],
  ['a boxed string', Object('a')],
]

/** What every store does, wherever it keeps its entries. */
export function describeStorageContract(name: string, createStore: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let underTest: StoreUnderTest
    let store: KeyValueStore

    beforeAll(async () => {
      underTest = await createStore()
      store = underTest.store
    })
    beforeEach(() => store.clear())
    afterAll(() => underTest.end())

    const contents = async () => new Map(await collect(store.entries()))

    describe('a value', () => {
      it.each(plainValues)('can be %s, and is kept as it is', async (_, value) => {
        await store.set('k', value)
        expect(await store.get('k')).toEqual(value)
        expect(await store.has('k')).toBe(true)
      })

      it.each(changedValues)('can be %s, and is kept as JSON has it, at once', async (_, value, kept) => {
        await store.set('k', value)
        expect(await store.get('k')).toStrictEqual(kept)
        await store.setMany([['many', value]])
        expect(await store.get('many')).toStrictEqual(kept)
        await store.batch([{ type: 'set', key: 'batch', value }])
        expect(await store.get('batch')).toStrictEqual(kept)
      })

      it.each(refusedValues)(
        'is refused as %s by a TypeError that names the key, and nothing changes',
        async (_, value) => {
          await store.set('the key', 'before')
          await store.set('other', 1)
          const refused = [
            store.set('the key', value),
            store.setMany(
              new Map<string, unknown>([
                ['other', 2],
                ['the key', value],
              ]),
            ),
            store.batch([
              { type: 'clear' },
              { type: 'delete', key: 'other' },
              { type: 'set', key: 'the key', value },
            ]),
          ]
          for (const result of await Promise.allSettled(refused)) {
            expect(result).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) })
            expect(String((result as PromiseRejectedResult).reason)).toContain('the key')
          }
          expect(await contents()).toEqual(
            new Map<string, unknown>([
              ['the key', 'before'],
              ['other', 1],
            ]),
          )
        },
      )
    })

    describe('a key', () => {
      it.each([
        'a',
        ' ',
        '\0',
        'a\0b',
        '__proto__',
        'constructor',
        'Zürich 東京 👩‍👩‍👧',
        "'; DROP TABLE storage; --",
        'x'.repeat(10_000),
      ])('can be %j', async (key) => {
        await store.set(key, { key })
        expect(await store.get(key)).toEqual({ key })
        expect(await contents()).toEqual(new Map([[key, { key }]]))
        expect(await store.delete(key)).toBe(true)
        expect(await store.has(key)).toBe(false)
      })

      it('is not the one of another case, form or width', async () => {
        await store.setMany([
          ['é', 1],
          ['e\u0301', 2],
          ['É', 3],
          ['é ', 4],
        ])
        expect(await store.size()).toBe(4)
        expect(await store.get('e\u0301')).toBe(2)
      })

      it.each(badKeys)('is refused as %s by every method, and nothing changes', async (_, bad) => {
        await store.set('k', 1)
        const key = bad as string
        const refused = [
          store.get(key),
          store.has(key),
          store.set(key, 1),
          store.delete(key),
          store.getMany(['k', key]),
          store.setMany([
            ['k', 2],
            [key, 1],
          ]),
          store.deleteMany(['k', key]),
          store.batch([{ type: 'clear' }, { type: 'set', key, value: 1 }]),
          store.batch([{ type: 'clear' }, { type: 'delete', key }]),
        ]
        for (const result of await Promise.allSettled(refused)) {
          expect(result).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) })
        }
        expect(await contents()).toEqual(new Map([['k', 1]]))
      })
    })

    describe('one entry', () => {
      it('that is not there is undefined, and deleting it makes no difference', async () => {
        expect(await store.get('k')).toBeUndefined()
        expect(await store.has('k')).toBe(false)
        expect(await store.delete('k')).toBe(false)
        expect(await store.size()).toBe(0)
      })

      it('with null is there', async () => {
        await store.set('k', null)
        expect(await store.get('k')).toBeNull()
        expect(await store.has('k')).toBe(true)
        expect(await store.size()).toBe(1)
        expect(await store.getMany(['k'])).toEqual(new Map([['k', null]]))
      })

      it('set again has the later value, and is still one', async () => {
        await store.set('k', 1)
        await store.set('k', 2)
        expect(await store.get('k')).toBe(2)
        expect(await store.size()).toBe(1)
      })

      it('deleted is gone, and can be set again', async () => {
        await store.set('k', 1)
        expect(await store.delete('k')).toBe(true)
        expect(await store.delete('k')).toBe(false)
        expect(await store.get('k')).toBeUndefined()
        await store.set('k', 3)
        expect(await store.get('k')).toBe(3)
        expect(await store.size()).toBe(1)
      })
    })

    describe('many entries', () => {
      it('are set from a Map, from pairs and from a generator', async () => {
        await store.setMany(new Map([['map', 1]]))
        await store.setMany([['pairs', 2]])
        await store.setMany(
          (function* () {
            yield ['generator', 3] as const
          })(),
        )
        expect(await contents()).toEqual(
          new Map([
            ['map', 1],
            ['pairs', 2],
            ['generator', 3],
          ]),
        )
      })

      it('set with one key twice have the last value', async () => {
        await store.setMany([
          ['k', 1],
          ['k', 2],
        ])
        expect(await contents()).toEqual(new Map([['k', 2]]))
      })

      it('can be none', async () => {
        await store.set('k', 1)
        await store.setMany([])
        await store.setMany(new Map())
        await store.batch([])
        expect(await store.deleteMany([])).toBe(0)
        expect(await store.getMany([])).toEqual(new Map())
        expect(await contents()).toEqual(new Map([['k', 1]]))
      })

      it('are found, those that are there', async () => {
        await store.setMany(numbered(10))
        const found = await store.getMany(new Set(['k3', 'missing', 'k5', 'k3']))
        expect(found).toEqual(
          new Map([
            ['k3', 3],
            ['k5', 5],
          ]),
        )
      })

      it('are deleted, and counted, those that are there', async () => {
        await store.setMany(numbered(5))
        expect(await store.deleteMany(['k1', 'missing', 'k3', 'k1'])).toBe(2)
        expect([...(await contents()).keys()].sort()).toEqual(['k0', 'k2', 'k4'])
      })

      it('are all cleared, and can be set again', async () => {
        await store.setMany(numbered(5))
        await store.clear()
        expect(await store.size()).toBe(0)
        expect(await store.get('k0')).toBeUndefined()
        expect(await contents()).toEqual(new Map())
        await store.set('k0', 'new')
        expect(await contents()).toEqual(new Map([['k0', 'new']]))
      })

      it('can be 20,000', async () => {
        await store.setMany(numbered(20_000))
        expect(await store.size()).toBe(20_000)
        expect(await contents()).toEqual(new Map(numbered(20_000)))
        expect(await store.deleteMany([...numbered(20_000)].slice(5).map(([key]) => key))).toBe(19_995)
        expect(await contents()).toEqual(new Map(numbered(5)))
      })

      it.each<[string, (source: Iterable<never>) => Promise<unknown>]>([
        ['setMany', (source) => store.setMany(source)],
        ['deleteMany', (source) => store.deleteMany(source)],
        ['getMany', (source) => store.getMany(source)],
        ['batch', (source) => store.batch(source)],
      ])('given to %s pass on what their source throws, and nothing changes', async (method, source) => {
        await store.set('k', 1)
        const thrown = new Error('source')
        const items = { setMany: ['k', 2], deleteMany: 'k', getMany: 'k', batch: { type: 'clear' } }
        function* failing(): Generator<never> {
          yield items[method as keyof typeof items] as never
          throw thrown
        }
        await expect(source(failing())).rejects.toBe(thrown)
        expect(await contents()).toEqual(new Map([['k', 1]]))
      })
    })

    describe('a batch', () => {
      it('makes its changes in their order', async () => {
        await store.setMany(numbered(3))
        await store.batch([
          { type: 'set', key: 'a', value: 1 },
          { type: 'clear' },
          { type: 'set', key: 'b', value: 2 },
          { type: 'set', key: 'c', value: 3 },
          { type: 'delete', key: 'b' },
          { type: 'set', key: 'c', value: 4 },
        ])
        expect(await contents()).toEqual(new Map([['c', 4]]))
      })

      it.each<[string, unknown]>([
        ['null', null],
        ['a string', 'set'],
        ['of another type', { type: 'put', key: 'k', value: 1 }],
        ['without a type', { key: 'k', value: 1 }],
        ['without a key', { type: 'set', value: 1 }],
        ['without a value', { type: 'set', key: 'k' }],
      ])('is refused with an operation that is %s, and nothing changes', async (_, operation) => {
        await store.set('k', 1)
        const operations = [{ type: 'clear' }, operation] as BatchOperation<unknown>[]
        await expect(store.batch(operations)).rejects.toThrow(TypeError)
        expect(await contents()).toEqual(new Map([['k', 1]]))
      })

      it('is seen as a whole by everyone', async () => {
        const operations = (value: number) => ['x', 'y'].map((key) => ({ type: 'set', key, value }) as const)
        await store.batch(operations(0))
        const writes = Array.from({ length: 50 }, (_, index) => store.batch(operations(index)))
        for (let reads = 0; reads < 50; reads++) {
          const found = await store.getMany(['x', 'y'])
          expect(found.get('x')).toBe(found.get('y'))
        }
        await Promise.all(writes)
      })
    })

    describe('an iteration', () => {
      it('gives keys, values and entries, the store itself too', async () => {
        await store.setMany(numbered(3))
        expect((await collect(store.keys())).sort()).toEqual(['k0', 'k1', 'k2'])
        expect((await collect(store.values())).sort()).toEqual([0, 1, 2])
        expect(new Map(await collect(store))).toEqual(new Map(numbered(3)))
      })

      it('of an empty store ends at once', async () => {
        expect(await collect(store.keys())).toEqual([])
      })

      it.each<[string, (key: string) => Promise<unknown>]>([
        ['each visited key is set anew', (key) => store.set(key, 'changed')],
        ['each visited key is deleted', (key) => store.delete(key)],
        ['a new key is set for each that is visited', (key) => store.set(`${key} new`, 1)],
        ['all keys are set anew', () => store.setMany([...numbered(20)].map(([key]) => [key, 'changed']))],
        ['all keys are deleted', () => store.deleteMany([...numbered(20)].map(([key]) => key))],
        ['the store is cleared', () => store.clear()],
        [
          'each key is deleted and set again',
          async (key) => {
            await store.delete(key)
            await store.set(key, 'again')
          },
        ],
        [
          'the store is cleared and filled again',
          async () => {
            await store.clear()
            await store.setMany([...numbered(40)].map(([key]) => [key, 'again']))
          },
        ],
        ['a transaction changes it', (key) => store.transaction((inner) => inner.set(key, 'changed'))],
        ['a batch replaces all', (key) => store.batch([{ type: 'clear' }, { type: 'set', key, value: 9 }])],
      ])('gives the entries as they were at its start while %s', async (_, change) => {
        await store.setMany(numbered(20))
        const visited = new Map<string, unknown>()
        let visits = 0
        for await (const [key, value] of store.entries()) {
          expect(++visits).toBeLessThanOrEqual(20)
          visited.set(key, value)
          await change(key)
        }
        expect(visited).toEqual(new Map(numbered(20)))
        expect((await contents()).size).toBe(await store.size())
      })

      it('is not disturbed by others that start and end at other times', async () => {
        await store.setMany(numbered(6))
        const early = store.entries()
        const seenEarly = [(await early.next()).value, (await early.next()).value]
        await store.delete('k4')
        await store.set('k6', 6)
        const late = store.entries()
        const seenLate = [(await late.next()).value]
        await store.set('k4', 'again')
        await store.delete('k5')
        const abandoned = store.entries()
        await abandoned.next()
        await abandoned.return(undefined)
        const second = await contents()
        await store.clear()
        seenEarly.push(...(await collect(early)))
        seenLate.push(...(await collect(late)))
        const entries = (seen: unknown[]) => new Map(seen as [string, unknown][])
        expect(seenEarly).toHaveLength(6)
        expect(entries(seenEarly)).toEqual(new Map(numbered(6)))
        const expectedLate = new Map<string, unknown>(numbered(7))
        expectedLate.delete('k4')
        expect(seenLate).toHaveLength(6)
        expect(entries(seenLate)).toEqual(expectedLate)
        expectedLate.set('k4', 'again').delete('k5')
        expect(second).toEqual(expectedLate)
      })

      it('that is left early leaves the store as usable as before', async () => {
        await store.setMany(numbered(10))
        for await (const _ of store.keys()) break
        await store.delete('k0')
        await store.set('k0', 'again')
        expect((await contents()).get('k0')).toBe('again')
        expect(await store.size()).toBe(10)
      })
    })

    describe('concurrent use', () => {
      it('makes changes in the order of their calls', async () => {
        const calls = Array.from({ length: 200 }, (_, value) => store.set('k', value))
        calls.push(store.clear(), store.set('k', 'last'))
        await Promise.all(calls)
        expect(await contents()).toEqual(new Map([['k', 'last']]))
      })

      it('loses nothing', async () => {
        await Promise.all(Array.from({ length: 500 }, (_, index) => store.set(`k${index}`, index)))
        expect(await contents()).toEqual(new Map(numbered(500)))
        const deletions = Array.from({ length: 500 }, (_, index) => store.delete(`k${index % 250}`))
        expect((await Promise.all(deletions)).filter(Boolean)).toHaveLength(250)
        expect(await store.size()).toBe(250)
      })

      it('of transactions lets one see all that the one before it did', async () => {
        await store.set('count', 0)
        const increment = () =>
          store.transaction(async (inner) => {
            const count = (await inner.get('count')) as number
            await Promise.resolve()
            await inner.set('count', count + 1)
          })
        await Promise.all(Array.from({ length: 50 }, increment))
        expect(await store.get('count')).toBe(50)
      })
    })

    describe('a transaction', () => {
      it('resolves to what its work does, and makes its changes', async () => {
        await store.setMany(numbered(3))
        const result = await store.transaction(async (inner) => {
          await inner.set('k0', 'changed')
          await inner.delete('k1')
          await inner.set('new', 1)
          return 'result'
        })
        expect(result).toBe('result')
        expect(await contents()).toEqual(
          new Map<string, unknown>([
            ['k0', 'changed'],
            ['k2', 2],
            ['new', 1],
          ]),
        )
      })

      it('sees its own changes by every method, and nobody else does', async () => {
        await store.setMany(numbered(3))
        await store.transaction(async (inner) => {
          await inner.set('k0', 'changed')
          expect(await inner.delete('k1')).toBe(true)
          expect(await inner.delete('k1')).toBe(false)
          await inner.set('new', 1)
          const expected = new Map<string, unknown>([
            ['k0', 'changed'],
            ['k2', 2],
            ['new', 1],
          ])
          expect(new Map(await collect(inner.entries()))).toEqual(expected)
          expect(await inner.size()).toBe(3)
          expect(await inner.has('k1')).toBe(false)
          expect(await inner.get('k1')).toBeUndefined()
          expect(await inner.getMany(['k0', 'k1', 'k2', 'new'])).toEqual(expected)
          expect(await contents()).toEqual(new Map(numbered(3)))
          await inner.clear()
          expect(await inner.size()).toBe(0)
          expect(await inner.deleteMany(['k0', 'k2'])).toBe(0)
          await inner.set('k2', 'after')
          expect(await collect(inner.entries())).toEqual([['k2', 'after']])
          expect(await store.size()).toBe(3)
        })
        expect(await contents()).toEqual(new Map([['k2', 'after']]))
      })

      it('whose work rejects or throws makes none of its changes, and rejects with the same', async () => {
        await store.setMany(numbered(3))
        const thrown = new Error('thrown on purpose')
        const failing = [
          store.transaction(async (inner) => {
            await inner.clear()
            await inner.set('new', 1)
            throw thrown
          }),
          store.transaction(() => {
            throw thrown
          }),
        ]
        for (const transaction of failing) await expect(transaction).rejects.toBe(thrown)
        expect(await contents()).toEqual(new Map(numbered(3)))
      })

      it('with a value that is refused goes on without it', async () => {
        await store.transaction(async (inner) => {
          await inner.set('good', 1)
          await expect(inner.set('bad', undefined)).rejects.toThrow(/bad/)
        })
        expect(await contents()).toEqual(new Map([['good', 1]]))
      })

      it('can have others inside, each of which is made or not', async () => {
        await store.set('k', 0)
        await store.transaction(async (outer) => {
          await outer.set('outer', 1)
          await outer.transaction(async (inner) => {
            expect(await inner.get('outer')).toBe(1)
            await inner.set('inner', 2)
            await inner.delete('k')
            await inner.transaction((innermost) => innermost.set('innermost', 3))
          })
          const failed = outer.transaction(async (inner) => {
            await inner.clear()
            throw new Error('rolled back')
          })
          await expect(failed).rejects.toThrow('rolled back')
          expect(await outer.size()).toBe(3)
          expect(await contents()).toEqual(new Map([['k', 0]]))
        })
        expect(await contents()).toEqual(
          new Map([
            ['outer', 1],
            ['inner', 2],
            ['innermost', 3],
          ]),
        )
      })

      it('that is rolled back takes those inside with it', async () => {
        await store.set('k', 0)
        const failed = store.transaction(async (outer) => {
          await outer.transaction((inner) => inner.set('inner', 2))
          expect(await outer.get('inner')).toBe(2)
          throw new Error('rolled back')
        })
        await expect(failed).rejects.toThrow('rolled back')
        expect(await contents()).toEqual(new Map([['k', 0]]))
      })

      it('is refused on the store that it is on, from inside, and goes on', async () => {
        await store.transaction(async (inner) => {
          await inner.set('k', 1)
          await expect(store.transaction(async () => 1)).rejects.toThrow(TypeError)
        })
        expect(await store.get('k')).toBe(1)
      })

      it('that is over has a store that refuses to be used', async () => {
        const escaped = await store.transaction(async (inner) => inner)
        await expect(escaped.set('k', 1)).rejects.toThrow(TypeError)
        await expect(escaped.get('k')).rejects.toThrow(TypeError)
        await expect(escaped.transaction(async () => 1)).rejects.toThrow(TypeError)
        expect(await store.size()).toBe(0)
      })

      it('does not keep others from reading and changing the store meanwhile', async () => {
        await store.set('k', 0)
        await store.transaction(async (inner) => {
          await inner.set('inner', 1)
          await store.set('outside', 2)
          expect(await inner.get('outside')).toBe(2)
        })
        expect(await store.size()).toBe(3)
      })

      it.each<[string, unknown]>([
        ['undefined', undefined],
        ['a promise', Promise.resolve()],
      ])('is refused with %s as its work', async (_, work) => {
        await expect(store.transaction(work as never)).rejects.toThrow(TypeError)
      })

      it('can be started by what an earlier one has left running', async () => {
        let start: () => void = () => undefined
        const started = new Promise<void>((resolve) => {
          start = resolve
        })
        let later: Promise<void> | undefined
        await store.transaction(async () => {
          later = started.then(() => store.transaction((inner) => inner.set('later', 1)))
        })
        start()
        await later
        expect(await store.get('later')).toBe(1)
      })
    })
  })
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

function* numbered(count: number): Generator<[string, number]> {
  for (let index = 0; index < count; index++) yield [`k${index}`, index]
}
