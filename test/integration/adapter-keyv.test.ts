import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite'
import { DuckDBStorageAdapter } from 'duckpaddle'
import { KeyvDuckDB } from 'duckpaddle/keyv'
import Keyv5 from 'keyv'
import Keyv6 from 'keyv-6'
import * as vitest from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const { afterAll, describe, expect, it } = vitest
const folder = temporaryFolder()

/** What of the suite, which is that of Keyv 5, Keyv 6 does otherwise on every store: it says so of each key. */
const differencesOf6 = ['.deleteMany([keys]) with nonexistent keys resolves to false']

type Suite = readonly [string, typeof Keyv5, readonly string[]]
const few: readonly Suite[] = [['Keyv 6', Keyv6 as never, differencesOf6]]

describe.each(fewOf(few, [['Keyv 5', Keyv5, []]]))("passes Keyv's own suite: %s", (_, Keyv, differences) => {
  const store = new DuckDBStorageAdapter({ database: newDatabase(folder) })
  // The suite has as many stores of Keyv on it as it has tests.
  store.setMaxListeners(0)
  afterAll(() => store.close())
  const create = () => new KeyvDuckDB(store)
  const cases: string[] = []
  const each = (title: string, run: () => Promise<void>) => {
    cases.push(title)
    return differences.includes(title) ? it.fails(title, run) : it(title, run)
  }
  const runner = { ...vitest, it: each }
  // What it needs of a runner and a store is there; its types name those of Vitest and Keyv as a whole.
  keyvTestSuite(runner as never, Keyv, create as never)
  keyvIteratorTests(runner as never, Keyv, create as never)

  it('has 42 of its cases', () => {
    expect(cases).toHaveLength(42)
  })
})

describe.each([
  ['5', Keyv5],
  ['6', Keyv6 as unknown as typeof Keyv5],
])('a store of Keyv %s', (_, Keyv) => {
  it('has its entries after a restart, until they expire', async () => {
    const database = newDatabase(folder)
    const open = () =>
      new Keyv({ store: new KeyvDuckDB(new DuckDBStorageAdapter({ database })), namespace: 'n' })
    const first = open()
    await first.set('a', { n: 1 })
    await first.set('b', Buffer.from('bytes'), 3_600_000)
    await first.set('c', 3, 1)
    await first.disconnect()
    const second = open()
    expect(await second.get(['a', 'b'])).toEqual([{ n: 1 }, Buffer.from('bytes')])
    expect(await second.delete(['a', 'none'])).toEqual(Keyv === Keyv5 ? false : [true, false])
    await second.disconnect()
    const store = new DuckDBStorageAdapter({ database })
    const keys = []
    for await (const key of store.keys()) keys.push(key)
    expect(keys).toEqual([Keyv === Keyv5 ? 'n:b' : 'n::b'])
    await store.close()
  })

  it('clears its own namespace, and hears of errors of the store', async () => {
    const store = new DuckDBStorageAdapter({ database: ':memory:' })
    const [one, other] = ['one', 'other'].map(
      (namespace) => new Keyv({ store: new KeyvDuckDB(store), namespace }),
    )
    const errors: unknown[] = []
    for (const keyv of [one, other]) keyv?.on('error', (error: unknown) => errors.push(error))
    await one?.set('k', 1)
    await other?.set('k', 2)
    await one?.clear()
    expect([await one?.get('k'), await other?.get('k')]).toEqual([undefined, 2])
    store.emit('error', new Error('of the store'))
    expect(errors).toEqual([new Error('of the store'), new Error('of the store')])
    await store.close()
  })
})
