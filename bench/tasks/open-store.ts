import { join } from 'node:path'
import { findRecordContender } from '../contenders/index.js'
import { findStoreOpener } from '../contenders/store-openers.js'
import { watchRead } from '../measure/watch-read.js'
import { verifyRecords } from '../read-back/verify-records.js'
import { fillWithRecords } from './records.js'
import type { Task } from './task.js'

/** Opens a store of so many records, as a program that starts does: until all of its keys are there. */
export const openStore: Task = async (name, count, folder) => {
  const { open, isIdle } = findStoreOpener(name)
  const path = join(folder, 'trial.duckdb')
  await fillWithRecords(findRecordContender('DuckDBStorageAdapter'), count, path)
  const { result, values } = await watchRead(() => open(path))
  const verifiedRows = isIdle === true ? null : await verifyRecords(result, '', count, () => 0)
  await result.close()
  return { verifiedRows, values }
}
