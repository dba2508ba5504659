import { DuckDBStorageAdapter } from 'duckpaddle'
import { describeStorageContract } from '../support/storage-contract.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

// In `npm test`, under hostile settings.
describeStorageContract('a store that commits each change', async () => {
  const store = new DuckDBStorageAdapter({ database: newDatabase(folder), durability: 'each' })
  return { store, end: () => store.close() }
})
