import fc from 'fast-check'
import { expect, it } from 'vitest'
import { uniqueNames } from '../../../src/values/unique-names.js'
import { generatedCases } from '../../support/generated-cases.js'

it.each([
  [
    ['a', 'a', 'b', 'a'],
    ['a', 'a:1', 'b', 'a:2'],
  ],
  [
    ['a', 'a', 'a:1'],
    ['a', 'a:2', 'a:1'],
  ],
  [
    ['a:1', 'a', 'a', 'a:1', 'a'],
    ['a:1', 'a', 'a:2', 'a:1:1', 'a:3'],
  ],
  [
    ['constructor', 'constructor', '__proto__', '__proto__'],
    ['constructor', 'constructor:1', '__proto__', '__proto__:1'],
  ],
  [
    ['', ''],
    ['', ':1'],
  ],
])('makes %j unique as %j', (names, unique) => {
  expect(uniqueNames(names)).toEqual(unique)
})

it('never has two alike, and leaves the first of each name as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'a:1', 'a:2', 'a:1:1', 'b')), (names) => {
      const unique = uniqueNames(names)
      expect(new Set(unique).size).toBe(names.length)
      for (const name of names) expect(unique[names.indexOf(name)]).toBe(name)
    }),
    generatedCases(100),
  )
})
