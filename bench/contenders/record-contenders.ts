import { findByName } from './find-by-name.js'
import { lmdb, lmdbFlushed, lmdbPut } from './lmdb.js'
import {
  appenderRecords,
  onConflictRecords,
  oneCommit,
  preparedStatementRecords,
  rowByRowRecords,
} from './main-thread-records.js'
import type { RecordContender, SetContender } from './record-contender.js'
import { storageAdapter, storageAdapterEach } from './storage-adapter.js'

const recordContenders: Readonly<Record<string, RecordContender>> = {
  'row by row': rowByRowRecords,
  'prepared statement': preparedStatementRecords,
  'Appender on main': appenderRecords,
  DuckDBStorageAdapter: storageAdapter,
  lmdb,
  'ON CONFLICT, PRIMARY KEY': onConflictRecords,
}

const setContenders: Readonly<Record<string, SetContender>> = {
  DuckDBStorageAdapter: storageAdapterEach,
  'DuckDB commit on main': oneCommit,
  lmdb: lmdbPut,
  'lmdb, flushed': lmdbFlushed,
}

export function findRecordContender(name: string): RecordContender {
  return findByName(recordContenders, name)
}

/** One that commits each record before its caller goes on. */
export function findSetContender(name: string): SetContender {
  return findByName(setContenders, name)
}
