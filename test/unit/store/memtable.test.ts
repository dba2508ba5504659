import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonText } from '../../../src/main/encode/json-text.js'
import { ChangeSet } from '../../../src/main/store/change-set.js'
import type { Change } from '../../../src/main/store/layer.js'
import { LoadedEntries } from '../../../src/main/store/loaded-entries.js'
import { Memtable } from '../../../src/main/store/memtable.js'
import { SegmentedMap } from '../../../src/main/store/segmented-map.js'
import { generatedCases } from '../../support/generated-cases.js'

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const change: fc.Arbitrary<Change<number>> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat({ max: 99 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('apply' as const),
      changes: fc.array(change, { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('snapshot' as const) }) },
  // Of the n-th snapshot: one more entry, or no more of them.
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('next' as const, 'stop' as const),
      snapshot: fc.nat({ max: 3 }),
    }),
  },
)

function applyTo(model: Map<string, number>, changes: readonly Change<number>[]): void {
  for (const each of changes) {
    if (each.type === 'set') model.set(each.key, each.value as number)
    else if (each.type === 'delete') model.delete(each.key)
    else model.clear()
  }
}

const sorted = <T>(entries: Iterable<readonly [string, T]>) =>
  [...entries].sort(([left], [right]) => (left < right ? -1 : 1))

/** Saves what is not saved. */
function save(table: Memtable<number>, database: Map<string, number>): void {
  const { isCleared, keys } = table.takePending()
  if (isCleared) database.clear()
  for (const [name, each] of keys) {
    if (each.type === 'set') {
      expect(each.isNew).toBe(!database.has(name))
      database.set(name, each.value as number)
    } else expect(database.delete(name)).toBe(true)
  }
}

/** The entries of a database, as they are loaded. */
function toLoaded(entries: Iterable<readonly [string, unknown]>, unreadable: readonly string[] = []) {
  const loaded = new LoadedEntries<number>(new SegmentedMap(2))
  for (const [name, value] of entries) loaded.add(name, new JsonText(JSON.stringify(value)))
  for (const name of unreadable) loaded.addUnreadable(name)
  return loaded
}

function load(entries: readonly (readonly [string, unknown])[], unreadable: readonly string[] = []) {
  const table = new Memtable<number>()
  table.startJournal()
  finish(table.replace(toLoaded(entries, unreadable), []))
  return table
}

function finish(steps: Iterator<unknown>): void {
  while (steps.next().done !== true);
}

const initial: fc.Arbitrary<[string, number][]> = fc.uniqueArray(fc.tuple(key, fc.nat({ max: 99 })), {
  selector: ([name]) => name,
})

describe('Memtable', () => {
  it('has what a Map would have, and its snapshots what it had, whatever changes meanwhile', () => {
    const steps = fc.array(step, { minLength: 12, maxLength: 30, size: 'max' })
    fc.assert(
      fc.property(initial, steps, (entries, some) => {
        const table = load(entries)
        const [model, database] = [new Map(entries), new Map(entries)]
        const snapshots: {
          seen: [string, number][]
          expected: [string, number][]
          live: Iterator<readonly [string, number]>
          isStopped: boolean
        }[] = []
        const goOn = (each: (typeof snapshots)[number]) => {
          const { done, value } = each.live.next()
          if (done !== true) each.seen.push([...value] as [string, number])
          return done !== true
        }
        for (const each of some) {
          if (each.type === 'apply') {
            table.apply(each.changes)
            applyTo(model, each.changes)
          } else if (each.type === 'snapshot') {
            const live = table.snapshot()[Symbol.iterator]()
            snapshots.push({ seen: [], expected: [...model], live, isStopped: false })
          } else {
            const taken = snapshots[each.snapshot]
            if (taken !== undefined && !taken.isStopped) {
              if (each.type === 'next') goOn(taken)
              else {
                taken.live.return?.()
                taken.isStopped = true
              }
            }
          }
        }
        for (const each of snapshots.filter(({ isStopped }) => !isStopped)) {
          while (goOn(each));
          expect(sorted(each.seen)).toEqual(sorted(each.expected))
        }
        expect(table.size).toBe(model.size)
        expect([...'abcdef'].map((name) => [table.has(name), table.get(name)])).toEqual(
          [...'abcdef'].map((name) => [model.has(name), model.get(name)]),
        )
        expect(sorted(table.snapshot())).toEqual(sorted(model))
        save(table, database)
        expect(sorted(database)).toEqual(sorted(model))
      }),
      generatedCases(80),
    )
  })

  it('has, replaced by what the database had, all changes that were not saved and those since', () => {
    const changes = fc.array(change, { maxLength: 6 })
    const duringSteps = fc.array(changes, { maxLength: 8 })
    fc.assert(
      fc.property(
        initial,
        changes,
        changes,
        duringSteps,
        fc.boolean(),
        (entries, before, during, later, isSaved) => {
          const table = load(entries)
          const [model, database] = [new Map(entries), new Map(entries)]
          const make = (some: readonly Change<number>[]) => {
            table.apply(some)
            applyTo(model, some)
          }
          make(before)
          if (isSaved) save(table, database)
          const unsaved = table.takePending()
          table.startJournal()
          const read = toLoaded(database)
          make(during)
          const steps = table.replace(read, [unsaved, table.pending])
          for (const some of later) {
            if (steps.next().done === true) break
            make(some)
            // Nobody sees that it is about to be replaced.
            expect(sorted(table.snapshot())).toEqual(sorted(model))
          }
          finish(steps)
          expect(sorted(table.snapshot())).toEqual(sorted(model))
          expect(table.size).toBe(model.size)
          // What is not saved is what it was.
          table.pending.addEarlier(unsaved)
          save(table, database)
          expect(sorted(database)).toEqual(sorted(model))
        },
      ),
      generatedCases(100),
    )
  })

  it('is replaced though it changes faster than its changes are made once more', () => {
    const table = new Memtable<number>()
    table.startJournal()
    table.apply([{ type: 'set', key: 'first', value: 0 }])
    let steps = 0
    const set = () => {
      for (let some = 0; some < 3; some++) table.apply([{ type: 'set', key: `k${steps++}`, value: steps }])
    }
    for (const _ of table.replace(toLoaded([['read', 1]]), [])) if (steps < 100_000) set()
    expect(steps).toBeLessThan(1000)
    expect([table.size, table.get('read'), table.get('k0')]).toEqual([steps + 2, 1, 1])
  })

  it('keeps what it has where the database has lost its entries while they were read', () => {
    const table = load([['a', 1]])
    table.startJournal()
    table.apply([{ type: 'set', key: 'b', value: 2 }])
    const all = new ChangeSet<number>()
    finish(table.copyAll(all))
    finish(table.replace(toLoaded([['gone', 3]]), []))
    expect([...table.snapshot()]).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect([...all.keys.keys()]).toEqual(['a', 'b'])
  })

  it('keeps the keys whose values are not JSON from being new, and has no entries for them', () => {
    const table = load([['a', 1]], ['bad', 'worse'])
    expect([table.size, table.has('bad'), table.get('bad'), table.knows('bad')]).toEqual([
      1,
      false,
      undefined,
      true,
    ])
    table.apply([
      { type: 'set', key: 'bad', value: 2 },
      { type: 'delete', key: 'worse' },
      { type: 'delete', key: 'unheard-of' },
    ])
    expect([...table.pending.keys]).toEqual([
      ['bad', { type: 'set', value: 2, isNew: false, isCreated: false }],
      ['worse', { type: 'delete' }],
    ])
    expect([table.size, table.get('bad'), table.knows('worse')]).toEqual([2, 2, false])
    table.apply([{ type: 'clear' }])
    expect(table.knows('bad')).toBe(false)
  })

  it('parses a value when it is first asked for, and gives the same object from then on', () => {
    const table = load([['a', { b: 1 }]])
    const value = table.get('a')
    expect(value).toEqual({ b: 1 })
    expect(table.get('a')).toBe(value)
    expect([...table.snapshot()]).toEqual([['a', value]])
  })

  it('has every entry saved as new, and nothing else left, once the database has lost some', () => {
    const table = load([
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ])
    // While it is walked through, what is deleted keeps its place.
    const walk = table.snapshot()[Symbol.iterator]()
    walk.next()
    table.apply([{ type: 'delete', key: 'b' }])
    table.takePending()
    const all = new ChangeSet<number>()
    const steps = table.copyAll(all)
    steps.next()
    // Due by themselves, and later than all.
    table.apply([
      { type: 'delete', key: 'd' },
      { type: 'set', key: 'e', value: 5 },
    ])
    finish(steps)
    expect([...all.keys].map(([name, each]) => [name, each.type, each.type === 'set' && each.isNew])).toEqual(
      [
        ['a', 'set', true],
        ['c', 'set', true],
        ['d', 'set', true],
      ],
    )
    expect(all.isCleared).toBe(true)
    expect([...table.pending.keys.keys()]).toEqual(['d', 'e'])
    expect([walk.next().value, walk.next().value]).toEqual([
      ['b', 2],
      ['c', 3],
    ])
  })

  it('gives what was deleted during a walk no place any more, however much it was', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `k${index}`)
    const table = load(names.map((name, index) => [name, index]))
    const walk = table.snapshot()[Symbol.iterator]()
    walk.next()
    for (const name of names) table.apply([{ type: 'delete', key: name }])
    expect([walk.next().value, table.size]).toEqual([['k1', 1], 0])
    walk.return?.()
    // Some of them are removed at each.
    for (const name of ['k5', 'k3']) table.apply([{ type: 'set', key: name, value: 0 }])
    expect([...table.snapshot()]).toEqual([
      ['k5', 0],
      ['k3', 0],
    ])
    for (const name of names) table.apply([{ type: 'set', key: name, value: 1 }])
    expect([...table.snapshot()].map(([name]) => name)).toEqual([
      'k5',
      'k3',
      ...names.filter((name) => name !== 'k5' && name !== 'k3'),
    ])
  })

  it('takes what is not saved once, and sets what comes later apart from it', () => {
    const table = new Memtable<number>()
    table.apply([{ type: 'set', key: 'a', value: 1 }])
    const taken = table.takePending()
    table.apply([{ type: 'set', key: 'a', value: 2 }])
    expect(taken.keys.get('a')).toMatchObject({ value: 1, isNew: true })
    expect(table.pending.keys.get('a')).toMatchObject({ value: 2, isNew: false })
    expect(table.takePending()).toBeInstanceOf(ChangeSet)
    expect(table.pending.isEmpty).toBe(true)
  })
})
