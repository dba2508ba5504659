import { availableParallelism } from 'node:os'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { createStorageTable, type KeyValueRecord } from '../records.js'
import { MainThreadDatabase, type MainThreadOptions } from './main-thread-database.js'
import type { RecordContender, SetContender } from './record-contender.js'
import { storageEntries } from './storage-entries.js'

/** What a store that saves row by row does: of a key that is there, the new value is to replace the old one. */
const insert = 'INSERT OR REPLACE INTO storage VALUES (?, ?)'

/** A loop of INSERTs. */
export const rowByRowRecords: RecordContender = onMainThread(
  async (connection, records) => {
    for (const { key, value } of records) await connection.run(insert, [key, JSON.stringify(value)])
  },
  { hasPrimaryKey: true },
)

/** One prepared INSERT, executed for each record. */
export const preparedStatementRecords: RecordContender = onMainThread(
  async (connection, records) => {
    const statement = await connection.prepare(insert)
    for (const { key, value } of records) {
      statement.bind([key, JSON.stringify(value)])
      await statement.run()
    }
  },
  { hasPrimaryKey: true },
)

/** DuckDB's Appender. */
export const appenderRecords: RecordContender = onMainThread(async (connection, records) => {
  appendAll(await connection.createAppender('storage'), records)
})

/** DuckDB finds the keys by its index; its settings are its own, the number of threads included. */
export const onConflictRecords: RecordContender = onMainThread(
  async (connection, records) => {
    // Anew each time: one that is emptied and filled again gets slower.
    await connection.run('CREATE OR REPLACE TEMP TABLE staging AS FROM storage LIMIT 0')
    appendAll(await connection.createAppender('staging', 'main', 'temp'), records)
    await connection.run(
      `INSERT INTO storage SELECT * FROM staging ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
    )
  },
  {
    hasPrimaryKey: true,
    config: { threads: String(availableParallelism()) },
  },
)

/** A transaction for each record, by an Appender that stays open: the least that DuckDB can do for it. */
export const oneCommit: SetContender = {
  async open(path) {
    const database = await MainThreadDatabase.open(path, createStorageTable)
    const appender = await database.connection.createAppender('storage')
    return {
      set: (record) =>
        database.transaction(async () => {
          append(appender, [record])
          appender.flushSync()
        }),
      async close() {
        appender.closeSync()
        await database.close()
      },
    }
  },
  entries: storageEntries,
}

function appendAll(appender: DuckDBAppender, records: readonly KeyValueRecord[]): void {
  append(appender, records)
  appender.closeSync()
}

function append(appender: DuckDBAppender, records: readonly KeyValueRecord[]): void {
  for (const { key, value } of records) {
    appender.appendVarchar(key)
    appender.appendVarchar(JSON.stringify(value))
    appender.endRow()
  }
}

function onMainThread(
  write: (connection: DuckDBConnection, records: readonly KeyValueRecord[]) => Promise<void>,
  options: MainThreadOptions = {},
): RecordContender {
  return {
    async open(path) {
      const database = await MainThreadDatabase.open(path, createStorageTable, options)
      let staged: readonly KeyValueRecord[] = []
      return {
        async stage(records) {
          staged = records
        },
        save: () => database.transaction((connection) => write(connection, staged)),
        close: () => database.close(),
      }
    },
    entries: storageEntries,
  }
}
