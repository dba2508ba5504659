import { DuckDBStorageAdapter, type KeyValueStore, open } from 'duckpaddle'
import { openHostile } from '../support/hostile-settings.js'
import { describeStorageContract } from '../support/storage-contract.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

describeStorageContract('a store in a file', async () => {
  const store = new DuckDBStorageAdapter({ database: newDatabase(folder), autoPersist: false })
  return { store, end: () => store.close() }
})

describeStorageContract('a store in memory', async () => {
  const store = new DuckDBStorageAdapter({ database: ':memory:' })
  return { store, end: () => store.close() }
})

describeStorageContract('a store on a service of the caller', async () => {
  const service = await open(newDatabase(folder))
  const store = new DuckDBStorageAdapter({ database: service, tableName: 'entries' })
  const end = async () => {
    await store.close()
    await service.close()
  }
  return { store, end }
})

describeStorageContract('a store under hostile settings', async () => {
  const service = await openHostile(newDatabase(folder))
  const store = new DuckDBStorageAdapter({ database: service, tableName: 'entries', durability: 'each' })
  const end = async () => {
    await store.close()
    await service.close()
  }
  return { store, end }
})

describeStorageContract('the store of a transaction', async () => {
  const adapter = new DuckDBStorageAdapter({ database: newDatabase(folder), autoPersist: false })
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let transaction: Promise<void> | undefined
  const store = await new Promise<KeyValueStore>((resolve) => {
    transaction = adapter.transaction(async (inner) => {
      resolve(inner)
      await finished
    })
  })
  const end = async () => {
    finish()
    await transaction
    await adapter.close()
  }
  return { store, end }
})
