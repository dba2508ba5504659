import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SegmentedMap } from '../../../src/main/store/segmented-map.js'
import { generatedCases } from '../../support/generated-cases.js'

// Few, so that they are set and deleted many times, and of different lengths.
const key = fc.nat({ max: 29 }).map((number) => `${'long '.repeat(number % 3)}${number}`)
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('iterate' as const) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('next' as const), iteration: fc.nat({ max: 3 }) }) },
)

describe('a SegmentedMap', () => {
  it('is a Map, also for those who walk through it while it changes, however small its segments are', () => {
    const steps = fc.array(step, { minLength: 60, maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), steps, (segmentEntries, some) => {
        const map = new SegmentedMap<number>(segmentEntries)
        const model = new Map<string, number>()
        const iterations: [Iterator<[string, number]>, Iterator<[string, number]>][] = []
        const goOn = ([mine, expected]: (typeof iterations)[number]) => {
          const { done, value } = expected.next()
          expect(mine.next()).toEqual({ done, value })
          return done !== true
        }
        for (const each of some) {
          if (each.type === 'set') {
            map.set(each.key, each.value)
            model.set(each.key, each.value)
          } else if (each.type === 'delete') expect(map.delete(each.key)).toBe(model.delete(each.key))
          else if (each.type === 'clear') {
            map.clear()
            model.clear()
          } else if (each.type === 'iterate') {
            iterations.push([map[Symbol.iterator](), model[Symbol.iterator]()])
          } else {
            const iteration = iterations[each.iteration]
            if (iteration !== undefined) goOn(iteration)
          }
          expect(map.size).toBe(model.size)
        }
        for (const iteration of iterations) while (goOn(iteration));
        expect([...map]).toEqual([...model])
        expect([...map.keys()]).toEqual([...model.keys()])
        expect([...map.values()]).toEqual([...model.values()])
        for (let number = 0; number < 32; number++) {
          const name = `${'long '.repeat(number % 3)}${number}`
          expect([map.has(name), map.get(name)]).toEqual([model.has(name), model.get(name)])
        }
      }),
      generatedCases(300),
    )
  })

  it('has 200,000 entries in their order, and none of those that were deleted among them', () => {
    const map = new SegmentedMap<number>()
    const model = new Map<string, number>()
    // Counted, for an expectation of each would take longer than all the rest.
    let differences = 0
    for (let index = 0; index < 200_000; index++) {
      map.set(`key ${index}`, index)
      model.set(`key ${index}`, index)
      // Also all of the first segments.
      if (index < 50_000 || index % 3 !== 0) continue
      for (const name of [`key ${index - 50_000}`, `key ${index - 10}`]) {
        if (map.delete(name) !== model.delete(name)) differences++
      }
    }
    expect(map.size).toBe(model.size)
    const entries = model.entries()
    for (const [name, value] of map) {
      const [expectedName, expected] = entries.next().value ?? []
      if (name !== expectedName || value !== expected) differences++
    }
    expect(entries.next().done).toBe(true)
    for (let index = 0; index < 200_000; index++) {
      if (map.get(`key ${index}`) !== model.get(`key ${index}`)) differences++
    }
    expect(differences).toBe(0)
  })

  it('keeps a value of undefined', () => {
    const map = new SegmentedMap<number | undefined>(1)
    for (const name of ['a', 'b', 'c']) map.set(name, undefined)
    expect([map.size, map.has('a'), map.get('a'), map.has('d')]).toEqual([3, true, undefined, false])
  })

  it('has what is left of entries that come and go, whose segments do, too', () => {
    const map = new SegmentedMap<number>(4)
    for (let index = 0; index < 20_000; index++) {
      map.set(`${index}`, index)
      if (index >= 10) map.delete(`${index - 10}`)
    }
    expect([...map.values()]).toEqual(Array.from({ length: 10 }, (_, index) => 19_990 + index))
  })
})
