import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChangeSet } from '../../../src/main/store/change-set.js'
import { generatedCases } from '../../support/generated-cases.js'

type Entries = Map<string, number>

/** Saves changes, and expects that each is what the database lets be done. */
function save(changes: ChangeSet<number>, database: Entries): void {
  if (changes.isCleared) database.clear()
  for (const [key, change] of changes.keys) {
    if (change.type === 'set') {
      expect(change.isNew).toBe(!database.has(key))
      database.set(key, change.value as number)
    } else expect(database.delete(key)).toBe(true)
  }
}

/** What happened since a save, one change after the other. */
interface Since {
  readonly base: ReadonlyMap<string, number>
  readonly absent: Set<string>
}

/** A store and its database, and the changes of which a save may be under way. */
class Model {
  readonly entries: Entries = new Map()
  readonly database: Entries = new Map()
  changes = new ChangeSet<number>()
  #since: Since = { base: new Map(), absent: new Set() }
  #saving: { readonly changes: ChangeSet<number>; readonly since: Since } | undefined

  set(key: string, value: number): void {
    this.changes.set(key, value, !this.entries.has(key))
    this.entries.set(key, value)
  }

  delete(key: string): void {
    if (!this.entries.delete(key)) return
    this.changes.delete(key)
    this.#since.absent.add(key)
  }

  clear(): void {
    for (const key of 'abc') this.#since.absent.add(key)
    this.changes.clear()
    this.entries.clear()
  }

  startSave(): void {
    if (this.#saving !== undefined) return
    this.#saving = { changes: this.changes, since: this.#since }
    this.changes = new ChangeSet()
    this.#since = { base: new Map(this.entries), absent: new Set() }
  }

  endSave(succeeds: boolean): void {
    if (this.#saving === undefined) return
    const { changes, since } = this.#saving
    this.#saving = undefined
    if (succeeds) save(changes, this.database)
    else {
      this.changes.addEarlier(changes)
      this.#since = { base: since.base, absent: new Set([...since.absent, ...this.#since.absent]) }
    }
    this.#checkCreated()
  }

  /** Expects that a key counts as created where it has not been there all the time. */
  #checkCreated(): void {
    const { base, absent } = this.#since
    const set = [...this.changes.keys].filter(([, change]) => change.type === 'set')
    const created = set.filter(([, change]) => change.type === 'set' && change.isCreated)
    const absentKeys = set.map(([key]) => key).filter((key) => !base.has(key) || absent.has(key))
    expect(created.map(([key]) => key)).toEqual(absentKeys)
  }
}

const key = fc.constantFrom('a', 'b', 'c')
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat({ max: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('start' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('end' as const), succeeds: fc.boolean() }) },
)

it('saved one after the other, sometimes in vain, changes leave the database with the entries', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 12, maxLength: 30, size: 'max' }), (steps) => {
      const model = new Model()
      for (const each of steps) {
        if (each.type === 'set') model.set(each.key, each.value)
        else if (each.type === 'delete') model.delete(each.key)
        else if (each.type === 'clear') model.clear()
        else if (each.type === 'start') model.startSave()
        else model.endSave(each.succeeds)
      }
      model.endSave(false)
      save(model.changes, model.database)
      expect(model.database).toEqual(model.entries)
    }),
    generatedCases(200),
  )
})

describe('a set of changes', () => {
  it('has a row for each key, and one for all that was there', () => {
    const changes = new ChangeSet<number>()
    expect([changes.isEmpty, changes.size]).toEqual([true, 0])
    changes.set('a', 1, true)
    changes.set('a', 2, false)
    changes.delete('b')
    expect([changes.isEmpty, changes.size]).toEqual([false, 2])
    changes.clear()
    expect([changes.isEmpty, changes.size]).toEqual([false, 1])
    changes.set('a', 3, false)
    expect(changes.size).toBe(2)
  })

  it('forgets a key that came and went', () => {
    const changes = new ChangeSet<number>()
    changes.set('a', 1, true)
    changes.delete('a')
    expect(changes.isEmpty).toBe(true)
    changes.clear()
    changes.delete('b')
    expect(changes.keys.size).toBe(0)
  })

  it('has a key created where it was deleted before, and new where all is cleared, whatever is said of it', () => {
    const changes = new ChangeSet<number>()
    changes.delete('a')
    changes.set('a', 1, false)
    changes.set('b', 1, false)
    changes.set('a', 2, false)
    expect([...changes.keys.values()]).toEqual([
      { type: 'set', value: 2, isNew: false, isCreated: true },
      { type: 'set', value: 1, isNew: false, isCreated: false },
    ])
    changes.clear()
    changes.set('b', 3, false)
    expect([...changes.keys.values()]).toEqual([{ type: 'set', value: 3, isNew: true, isCreated: true }])
  })

  it('has a key created that was deleted and set again while earlier changes could not be saved', () => {
    const [earlier, later] = [new ChangeSet<number>(), new ChangeSet<number>()]
    earlier.set('a', 1, false)
    later.delete('a')
    later.set('a', 2, true)
    later.addEarlier(earlier)
    expect(later.keys.get('a')).toEqual({ type: 'set', value: 2, isNew: false, isCreated: true })
  })

  it('has nothing left of earlier changes once all is cleared', () => {
    const [earlier, later] = [new ChangeSet<number>(), new ChangeSet<number>()]
    earlier.set('a', 1, true)
    later.clear()
    later.set('b', 2, true)
    later.addEarlier(earlier)
    expect([...later.keys.keys()]).toEqual(['b'])
    expect(later.isCleared).toBe(true)
  })
})
