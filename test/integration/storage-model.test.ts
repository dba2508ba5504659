import {
  type BatchOperation,
  DuckDBStorageAdapter,
  type KeyValueStore,
  open,
  PersistenceError,
  type PersistenceService,
  type StorageReceipt,
} from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { openHostile } from '../support/hostile-settings.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
let tables = 0

type Entries = Map<string, unknown>
type Change = BatchOperation<unknown>

type Step =
  | { readonly do: 'change'; readonly change: Change }
  | {
      readonly do: 'many'
      readonly changes: readonly Change[]
      readonly how: 'batch' | 'setMany' | 'deleteMany'
    }
  | {
      readonly do: 'transaction'
      readonly changes: readonly Change[]
      readonly inner: readonly Change[]
      readonly fails: 'no' | 'inner' | 'outer'
    }
  | { readonly do: 'poison'; readonly key: string; readonly after: 'nothing' | 'delete' | 'clear' }
  | { readonly do: 'mend' | 'persist' | 'persist and go on' | 'load' | 'restart' | 'iterate' }

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e\0é', '__proto__')
const values = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)))
const setChange = fc.record({ type: fc.constant('set' as const), key: keys, value: values })
const deleteChange = fc.record({ type: fc.constant('delete' as const), key: keys })
const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: setChange },
  { weight: 3, arbitrary: deleteChange },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
)
const some = fc.array(changes, { maxLength: 5 })

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('change' as const), change: changes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('many' as const),
      changes: some,
      how: fc.constantFrom('batch' as const, 'setMany' as const, 'deleteMany' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('transaction' as const),
      changes: some,
      inner: some,
      fails: fc.constantFrom('no' as const, 'inner' as const, 'outer' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('poison' as const),
      key: keys,
      after: fc.constantFrom('nothing' as const, 'nothing' as const, 'delete' as const, 'clear' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mend' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('persist' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('persist and go on' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('iterate' as const) }) },
)

function applyTo(model: Entries, changed: readonly Change[]): void {
  for (const change of changed) {
    if (change.type === 'set') model.set(change.key, change.value)
    else if (change.type === 'delete') model.delete(change.key)
    else model.clear()
  }
}

async function applyOneByOne(store: KeyValueStore, changed: readonly Change[]): Promise<void> {
  for (const change of changed) {
    if (change.type === 'set') await store.set(change.key, change.value)
    else if (change.type === 'delete') await store.delete(change.key)
    else await store.clear()
  }
}

async function entriesOf(store: KeyValueStore): Promise<Entries> {
  const entries: Entries = new Map()
  for await (const [key, value] of store) {
    expect(entries.has(key)).toBe(false)
    entries.set(key, value)
  }
  return entries
}

function parse(rows: readonly Readonly<Record<string, unknown>>[]): Entries {
  const entries: Entries = new Map(rows.map(({ key, value }) => [String(key), JSON.parse(String(value))]))
  expect(entries.size).toBe(rows.length)
  return entries
}

/** A store, what it must hold, and what must be saved of that. */
class Subject {
  /** A path, or a service that stays open. */
  readonly #database: string | PersistenceService
  readonly #onRowError: 'abort' | 'skip'
  readonly #tableName = `store_${++tables}`
  #store: DuckDBStorageAdapter
  readonly #model: Entries = new Map()
  #saved: Entries = new Map()
  #isClearDue = false
  /** Values that are circular now, by the keys that have them. */
  readonly #poisoned = new Map<string, Record<string, unknown>>()

  constructor(database: string | PersistenceService, onRowError: 'abort' | 'skip') {
    this.#database = database
    this.#onRowError = onRowError
    this.#store = this.#create()
  }

  #create(): DuckDBStorageAdapter {
    return new DuckDBStorageAdapter({
      database: this.#database,
      tableName: this.#tableName,
      autoPersist: false,
      onRowError: this.#onRowError,
    })
  }

  get #select(): string {
    return `SELECT key, value::VARCHAR AS value FROM ${this.#tableName}`
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'change':
        await applyOneByOne(this.#store, [step.change])
        this.#apply([step.change])
        break
      case 'many':
        await this.#changeMany(step.how, step.changes)
        break
      case 'transaction':
        await this.#transact(step)
        break
      case 'poison':
        await this.#poison(step)
        break
      case 'mend':
        this.#mend()
        break
      case 'iterate':
        await this.#iterate()
        break
      case 'load':
        this.#mend()
        await this.#store.load()
        this.#expectSave()
        break
      case 'restart':
        await this.restart()
        break
      default:
        await this.#persist(step.do === 'persist and go on')
    }
    for (const [key, value] of this.#poisoned) if (this.#model.get(key) !== value) this.#poisoned.delete(key)
  }

  async restart(): Promise<void> {
    if (this.#isPoisoned) {
      await expect(this.#store.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    }
    this.#mend()
    await this.#store.close()
    const database = this.#database
    const isFile = typeof database === 'string'
    // By another client, where the file is closed.
    const rows = await (isFile ? readDatabase(database, this.#select) : database.query(this.#select))
    expect(parse(rows)).toEqual(this.#model)
    this.#expectSave()
    this.#store = this.#create()
    await this.check()
  }

  async check(): Promise<void> {
    expect(await entriesOf(this.#store)).toEqual(this.#model)
    expect(await this.#store.size()).toBe(this.#model.size)
  }

  async end(): Promise<void> {
    await this.#store.close({ discardChanges: true })
  }

  get #isPoisoned(): boolean {
    return [...this.#poisoned].some(([key, value]) => this.#model.get(key) === value)
  }

  async #changeMany(how: 'batch' | 'setMany' | 'deleteMany', all: readonly Change[]): Promise<void> {
    const wanted = all.filter(
      ({ type }) => how === 'batch' || type === (how === 'setMany' ? 'set' : 'delete'),
    )
    if (how === 'batch') await this.#store.batch(wanted)
    if (how === 'setMany') {
      await this.#store.setMany(
        wanted.flatMap((one) => (one.type === 'set' ? [[one.key, one.value] as const] : [])),
      )
    }
    if (how === 'deleteMany') {
      const unwanted = wanted.flatMap((one) => (one.type === 'delete' ? [one.key] : []))
      const there = new Set(unwanted.filter((key) => this.#model.has(key)))
      expect(await this.#store.deleteMany(unwanted)).toBe(there.size)
    }
    this.#apply(wanted)
  }

  async #transact({ changes: outer, inner, fails }: Step & { do: 'transaction' }): Promise<void> {
    const thrown = new Error('rolled back')
    const work = async (store: KeyValueStore) => {
      await applyOneByOne(store, outer)
      const nested = store.transaction(async (innermost) => {
        await applyOneByOne(innermost, inner)
        if (fails === 'inner') throw thrown
      })
      await nested.catch((error) => expect(error).toBe(thrown))
      if (fails === 'outer') throw thrown
      const expected = new Map(this.#model)
      applyTo(expected, [...outer, ...(fails === 'no' ? inner : [])])
      expect(await entriesOf(store)).toEqual(expected)
      expect(await store.size()).toBe(expected.size)
      return expected
    }
    const result = await this.#store.transaction(work).catch((error) => expect(error).toBe(thrown))
    if (result instanceof Map) this.#apply([...outer, ...(fails === 'no' ? inner : [])])
  }

  async #poison({ key, after }: Step & { do: 'poison' }): Promise<void> {
    const before: Change[] =
      after === 'nothing' ? [] : [after === 'clear' ? { type: after } : { type: after, key }]
    await applyOneByOne(this.#store, before)
    this.#apply(before)
    const value: Record<string, unknown> = { poison: true }
    await this.#store.set(key, value)
    this.#model.set(key, value)
    this.#poisoned.set(key, value)
    value.self = value
  }

  #mend(): void {
    for (const value of this.#poisoned.values()) delete value.self
    this.#poisoned.clear()
  }

  async #iterate(): Promise<void> {
    const expected = new Map(this.#model)
    const visited: Entries = new Map()
    for await (const [key, value] of this.#store) {
      visited.set(key, value)
      await this.#store.delete(key)
      await this.#store.set(`${key}'`, visited.size)
      this.#apply([
        { type: 'delete', key },
        { type: 'set', key: `${key}'`, value: visited.size },
      ])
    }
    expect(visited).toEqual(expected)
    expect(visited.size).toBeLessThan(50)
    // So that there are never many.
    const primed = [...this.#model.keys()].filter((key) => key.includes("''"))
    await this.#store.deleteMany(primed)
    for (const key of primed) this.#model.delete(key)
  }

  /** @param goesOn - Whether more is changed, and saved too, before the save is over. */
  async #persist(goesOn: boolean): Promise<void> {
    const settle = (call: Promise<StorageReceipt>) => call.catch((error: PersistenceError) => error)
    const expected = [this.#expectSave()]
    const saves = [settle(this.#store.persist())]
    if (goesOn) {
      const more: Change[] = [
        { type: 'delete', key: 'a' },
        { type: 'set', key: 'b', value: 'meanwhile' },
      ]
      await applyOneByOne(this.#store, more)
      this.#apply(more)
      expected.push(this.#expectSave())
      saves.push(settle(this.#store.persist()))
    }
    for (const [index, outcome] of (await Promise.all(saves)).entries()) {
      const { failsBy, rejected } = expected[index] ?? expect.fail('not expected')
      if (outcome instanceof PersistenceError) {
        expect(outcome.code).toBe('PERSIST_ROW_REJECTED')
        expect(failsBy).toContain(outcome.rejection?.key?.key)
      } else {
        expect(failsBy).toEqual([])
        expect(outcome.rejected).toBe(rejected)
        expect(outcome.rows).toBe(outcome.inserted + outcome.updated + outcome.deleted + rejected)
      }
    }
    expect(parse(await this.#store.query(this.#select))).toEqual(this.#saved)
  }

  /** What a save that begins now does: where a value is skipped, its key stays as it was. */
  #expectSave(): { failsBy: string[]; rejected: number } {
    const bad = [...this.#poisoned].filter(([key, value]) => this.#model.get(key) === value)
    const badKeys = bad.map(([key]) => key)
    if (badKeys.length > 0 && this.#onRowError === 'abort') return { failsBy: badKeys, rejected: 0 }
    const saved: Entries = new Map()
    for (const [key, value] of this.#model) {
      if (!badKeys.includes(key)) saved.set(key, structuredClone(value))
      else if (this.#saved.has(key) && !this.#isClearDue) saved.set(key, this.#saved.get(key))
    }
    this.#saved = saved
    this.#isClearDue = false
    return { failsBy: [], rejected: badKeys.length }
  }

  #apply(changed: readonly Change[]): void {
    applyTo(this.#model, changed)
    if (changed.some(({ type }) => type === 'clear')) this.#isClearDue = true
  }
}

async function checkSequence(sequence: readonly Step[], subject: Subject): Promise<void> {
  try {
    // A store that was never opened has nothing.
    await subject.check()
    for (const step of sequence) {
      await subject.take(step)
      await subject.check()
    }
    await subject.restart()
  } finally {
    await subject.end()
  }
}

/** Files take long to open. */
const places = {
  'a file of its own': { open: undefined, numRuns: 2, few: 1 },
  'a service': { open, numRuns: 4, few: 2 },
  'a service with hostile settings': { open: openHostile, numRuns: 2, few: 1 },
} as const

describe.each(Object.keys(places) as (keyof typeof places)[])('a store of %s', (place) => {
  const { open: openService, numRuns, few } = places[place]
  let service: PersistenceService | undefined
  beforeAll(async () => {
    service = await openService?.(newDatabase(folder))
  })
  afterAll(() => service?.close())

  it.each(['abort', 'skip'] as const)(
    "holds what a Map would, and saves what it held at each save, with onRowError '%s'",
    async (onRowError) => {
      const sequences = fc.array(steps, { minLength: 20, maxLength: 60, size: 'max' })
      const check = (sequence: readonly Step[]) =>
        checkSequence(sequence, new Subject(service ?? newDatabase(folder), onRowError))
      await fc.assert(fc.asyncProperty(sequences, check), generatedCases(numRuns, few))
    },
    600_000,
  )
})
