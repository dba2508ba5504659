import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonText } from '../../../src/main/encode/json-text.js'
import { Expiring } from '../../../src/main/store/expiring.js'
import { isInRange, type KeyRange, resolveRange, toKeyRange } from '../../../src/main/store/key-range.js'
import { type Change, type Layer, type LayerView, takeFirst } from '../../../src/main/store/layer.js'
import { LoadedEntries } from '../../../src/main/store/loaded-entries.js'
import { Memtable } from '../../../src/main/store/memtable.js'
import { OverlayLayer } from '../../../src/main/store/overlay-layer.js'
import { generatedCases } from '../../support/generated-cases.js'

/** Some are in another order by their code points than by their code units. */
const names = [
  '',
  'a',
  'a\0',
  'aa',
  'ab',
  'a\uffff',
  'a\uffff\uffff',
  'b',
  '\ud7ff',
  '😀',
  '😁',
  '\uff21',
  '\uffff',
].concat('\uffff\uffff', '\uffffa', 'z'.repeat(300))
const key = fc.constantFrom(...names)
const bound = fc.oneof(key, fc.constantFrom('\ud83d', '\udfff', 'a\ud800', 'zz'))
const range: fc.Arbitrary<KeyRange> = fc.record(
  {
    prefix: bound,
    gt: bound,
    gte: bound,
    lt: bound,
    lte: bound,
    reverse: fc.boolean(),
    limit: fc.nat({ max: 4 }),
  },
  { requiredKeys: [] },
)
const value = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 99 }) },
  // One that has expired, and one that does not while the test runs.
  { weight: 1, arbitrary: fc.constantFrom(new Expiring(1, 0), new Expiring(2, Number.MAX_SAFE_INTEGER)) },
)
const change: fc.Arbitrary<Change<number>> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), key, value }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
  {
    weight: 2,
    arbitrary: range.map((some) => ({ type: 'clear' as const, range: resolveRange(some) })),
  },
)
const changes = fc.array(change, { maxLength: 8 })

/** What the options say, in the plainest way. */
function select(model: ReadonlyMap<string, number>, options: KeyRange): [string, number][] {
  const { prefix = '', gt, gte, lt, lte, reverse, limit } = options
  const found = [...model]
    .filter(([name]) => name.startsWith(prefix))
    .filter(([name]) => gt === undefined || name > gt)
    .filter(([name]) => gte === undefined || name >= gte)
    .filter(([name]) => lt === undefined || name < lt)
    .filter(([name]) => lte === undefined || name <= lte)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  if (reverse === true) found.reverse()
  return found.slice(0, limit)
}

function applyTo(model: Map<string, number>, some: readonly Change<number>[]): void {
  for (const each of some) {
    if (each.type === 'set') {
      const { value: set, expiresAt } =
        each.value instanceof Expiring ? each.value : new Expiring(each.value, 1)
      if (expiresAt === 0) model.delete(each.key)
      else model.set(each.key, set)
    } else if (each.type === 'delete') model.delete(each.key)
    else if (each.range === undefined) model.clear()
    else for (const [name] of select(model, toKeyRange(each.range))) model.delete(name)
  }
}

function read(layer: Layer<number> | LayerView<number>, options: KeyRange): (readonly [string, number])[] {
  const resolved = resolveRange(options)
  return [...takeFirst(layer.ordered(resolved), resolved.limit)]
}

function expectRange(layer: Layer<number> | LayerView<number>, model: Map<string, number>, some: KeyRange) {
  expect(read(layer, some)).toEqual(select(model, some))
}

describe('a range', () => {
  it('has the keys that its options say, also where they contradict each other', () => {
    fc.assert(
      fc.property(range, (options) => {
        const resolved = resolveRange(options)
        const model = new Map(names.map((name, index) => [name, index]))
        const all = select(model, { ...options, limit: undefined, reverse: false }).map(([name]) => name)
        expect(names.filter((name) => isInRange(name, resolved)).sort((a, b) => (a < b ? -1 : 1))).toEqual(
          all,
        )
        expect(resolveRange(toKeyRange(resolved))).toEqual(resolved)
      }),
      generatedCases(1000),
    )
  })

  it.each([
    ['no object', null],
    ['an array', []],
    ['a bound that is no string', { gt: 1 }],
    ['a prefix that is null', { prefix: null }],
    ['another option', { start: 'a' }],
    ['a limit that is no number', { limit: '1' }],
    ['a direction that is no boolean', { reverse: 1 }],
  ])('that is %s is a TypeError', (_, options) => {
    expect(() => resolveRange(options as KeyRange)).toThrow(TypeError)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('with the limit %s is a RangeError', (limit) => {
    expect(() => resolveRange({ limit })).toThrow(RangeError)
  })
})

describe('a memtable', () => {
  it('has of a range what a sorted Map would have, whenever it was first asked, and its views what they had', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: changes.map((some) => ({ type: 'apply' as const, some })) },
      { weight: 2, arbitrary: range.map((some) => ({ type: 'read' as const, some })) },
      { weight: 1, arbitrary: fc.constant({ type: 'view' as const }) },
      { weight: 1, arbitrary: fc.constant({ type: 'load' as const }) },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('release' as const), which: fc.nat({ max: 2 }) }),
      },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), range, (steps, last) => {
        const table = new Memtable<number>()
        let model = new Map<string, number>()
        const views: { view: LayerView<number>; expected: Map<string, number> }[] = []
        for (const each of steps) {
          if (each.type === 'apply') {
            table.apply(each.some)
            applyTo(model, each.some)
          } else if (each.type === 'read') expectRange(table, model, each.some)
          else if (each.type === 'view') views.push({ view: table.view(), expected: new Map(model) })
          else if (each.type === 'release') {
            for (const { view } of views.splice(each.which, 1)) view.release()
          } else {
            const loaded = new LoadedEntries<number>()
            model = new Map([...model, ['loaded', 1]])
            for (const [name, value] of model) loaded.add(name, new JsonText(String(value)))
            table.startJournal()
            for (const _ of table.replace(loaded, []));
          }
        }
        expectRange(table, model, last)
        for (const { view, expected } of views) {
          for (let times = 0; times < 2; times++) {
            expectRange(view, expected, last)
            expect(new Map(view)).toEqual(expected)
            for (const name of [...names, 'loaded']) {
              expect([view.has(name), view.get(name)]).toEqual([expected.has(name), expected.get(name)])
            }
          }
        }
      }),
      generatedCases(300),
    )
  })

  it('makes its index in slices, of the entries as they are when it is there', async () => {
    const table = new Memtable<number>()
    const count = 40_000
    const name = (index: number) => String((index * 7919) % count).padStart(6, '0')
    for (let index = 0; index < count; index++) table.apply([{ type: 'set', key: name(index), value: index }])
    let isMade = false
    const making = table.order(0.1)
    void making?.then(() => {
      isMade = true
    })
    let turns = 0
    for (; !isMade; turns++) {
      table.apply([
        { type: 'delete', key: name(turns * 3) },
        { type: 'set', key: `new ${turns}`, value: turns },
        { type: 'delete', key: `new ${turns - 1}` },
      ])
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(turns).toBeGreaterThan(10)
    expect(table.order(0.1)).toBeUndefined()
    const all = read(table, {}).map(([each]) => each)
    expect(all).toEqual([...table.snapshot()].map(([each]) => each).sort())
    expect(all).toHaveLength(table.size)
  })

  it.each(['cleared', 'loaded anew'])(
    'that is %s while its index is made has one of what it has then',
    async (what) => {
      const table = new Memtable<number>()
      for (let index = 0; index < 20_000; index++)
        table.apply([{ type: 'set', key: `k${index}`, value: index }])
      const making = table.order(0.1)
      const after: Change<number>[] = [{ type: 'set', key: 'after', value: 1 }]
      if (what === 'cleared') table.apply([{ type: 'clear' }, ...after])
      else {
        table.startJournal()
        const loaded = new LoadedEntries<number>()
        loaded.add('after', new JsonText('1'))
        for (const _ of table.replace(loaded, []));
      }
      await making
      expect(table.order(0.1)).toBeUndefined()
      expect(read(table, { gte: 'a' })).toEqual([['after', 1]])
    },
  )

  it('is read in order as it was at the start of the walk', () => {
    const table = new Memtable<number>()
    for (const each of ['c', 'a', 'e']) table.apply([{ type: 'set', key: each, value: 1 }])
    const walk = table.ordered(resolveRange({ reverse: true }))[Symbol.iterator]()
    expect(walk.next().value).toEqual(['e', 1])
    table.apply([
      { type: 'set', key: 'a', value: 2 },
      { type: 'set', key: 'b', value: 2 },
      { type: 'delete', key: 'c' },
    ])
    expect([walk.next().value, walk.next().value, walk.next().done]).toEqual([['c', 1], ['a', 1], true])
  })
})

describe('the layer of a transaction', () => {
  it('has of a range what a sorted Map would have, and so has one on top of it', () => {
    fc.assert(
      fc.property(
        changes,
        changes,
        changes,
        fc.array(range, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (...given) => {
          const [before, inside, inner, ranges, isAsked] = given
          const base = new Memtable<number>()
          const overlay = new OverlayLayer(base)
          const upper = new OverlayLayer(overlay)
          const model = new Map<string, number>()
          const check = (layer: Layer<number>) => {
            for (const each of ranges) {
              expectRange(layer, model, each)
              expectRange(layer.view(), model, each)
            }
          }
          base.apply(before)
          applyTo(model, before)
          if (isAsked) for (const layer of [base, overlay, upper]) check(layer)
          overlay.apply(inside)
          applyTo(model, inside)
          check(overlay)
          const view = overlay.view()
          const expected = new Map(model)
          upper.apply(inner)
          applyTo(model, inner)
          check(upper)
          overlay.apply(upper.changes())
          base.apply(overlay.changes())
          check(base)
          for (const each of ranges) expectRange(view, expected, each)
          expect(new Map(view)).toEqual(expected)
        },
      ),
      generatedCases(300),
    )
  })
})
