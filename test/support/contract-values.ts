import { describe, expect, it } from 'vitest'
import { badKeys, changedValues, plainValues, refusedValues } from './contract-cases.js'
import { contents, type StoreUnderTest } from './store-under-test.js'

/** What may be a key or a value, and what becomes of it. */
export function describeValues(given: StoreUnderTest): void {
  describe('a value', () => {
    it.each(plainValues)('can be %s, and is kept as it is', async (_, value) => {
      await given.store.set('k', value)
      expect(await given.store.get('k')).toEqual(value)
      expect(await given.store.has('k')).toBe(true)
    })

    it.each(changedValues)('can be %s, and is kept as JSON has it, at once', async (_, value, kept) => {
      await given.store.set('k', value)
      expect(await given.store.get('k')).toStrictEqual(kept)
      await given.store.setMany([['many', value]])
      expect(await given.store.get('many')).toStrictEqual(kept)
      await given.store.batch([{ type: 'set', key: 'batch', value }])
      expect(await given.store.get('batch')).toStrictEqual(kept)
    })

    it.each(refusedValues)(
      'is refused as %s by a TypeError that names the key, and nothing changes',
      async (_, value) => {
        await given.store.set('the key', 'before')
        await given.store.set('other', 1)
        const refused = [
          given.store.set('the key', value),
          given.store.setMany(
            new Map<string, unknown>([
              ['other', 2],
              ['the key', value],
            ]),
          ),
          given.store.batch([
            { type: 'clear' },
            { type: 'delete', key: 'other' },
            { type: 'set', key: 'the key', value },
          ]),
        ]
        for (const result of await Promise.allSettled(refused)) {
          expect(result).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) })
          expect(String((result as PromiseRejectedResult).reason)).toContain('the key')
        }
        expect(await contents(given.store)).toEqual(
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
      '',
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
      await given.store.set(key, { key })
      expect(await given.store.get(key)).toEqual({ key })
      expect(await contents(given.store)).toEqual(new Map([[key, { key }]]))
      expect(await given.store.delete(key)).toBe(true)
      expect(await given.store.has(key)).toBe(false)
    })

    it('is not the one of another case, form or width', async () => {
      await given.store.setMany([
        ['é', 1],
        ['e\u0301', 2],
        ['É', 3],
        ['é ', 4],
      ])
      expect(await given.store.size()).toBe(4)
      expect(await given.store.get('e\u0301')).toBe(2)
    })

    it.each(badKeys)('is refused as %s by every method, and nothing changes', async (_, bad) => {
      await given.store.set('k', 1)
      const key = bad as string
      const refused = [
        given.store.get(key),
        given.store.has(key),
        given.store.set(key, 1),
        given.store.delete(key),
        given.store.getMany(['k', key]),
        given.store.setMany([
          ['k', 2],
          [key, 1],
        ]),
        given.store.deleteMany(['k', key]),
        given.store.batch([{ type: 'clear' }, { type: 'set', key, value: 1 }]),
        given.store.batch([{ type: 'clear' }, { type: 'delete', key }]),
      ]
      for (const result of await Promise.allSettled(refused)) {
        expect(result).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) })
      }
      expect(await contents(given.store)).toEqual(new Map([['k', 1]]))
    })
  })
}
