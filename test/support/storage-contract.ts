import type { KeyValueStore } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { describeEntries } from './contract-entries.js'
import { describeExpiry } from './contract-expiry.js'
import { describeIterations } from './contract-iterations.js'
import { describeRanges } from './contract-ranges.js'
import { describeSnapshots } from './contract-snapshots.js'
import { describeTransactions } from './contract-transactions.js'
import { describeValues } from './contract-values.js'
import type { StoreUnderTest } from './store-under-test.js'

/** A store, and how to be rid of it. */
interface CreatedStore extends StoreUnderTest {
  end(): Promise<void>
}

/** What every store does, wherever it keeps its entries. */
export function describeStorageContract(name: string, createStore: () => Promise<CreatedStore>): void {
  describe(name, () => {
    let created: CreatedStore | undefined
    const given = {
      get store(): KeyValueStore {
        if (created === undefined) throw new Error('The tests have not begun')
        return created.store
      },
    }

    beforeAll(async () => {
      created = await createStore()
    })
    beforeEach(() => given.store.clear())
    afterAll(() => created?.end())

    describeValues(given)
    describeEntries(given)
    describeIterations(given)
    describeRanges(given)
    describeSnapshots(given)
    describeExpiry(given)
    describeTransactions(given)
  })
}
