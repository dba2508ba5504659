import { createTable } from '../shapes/create-table.js'
import { event } from '../shapes/event.js'
import { appendRows, appendTemporaryRows } from './append-rows.js'
import type { KeyedContender } from './contender.js'
import { MainThreadDatabase, type MainThreadOptions } from './main-thread-database.js'

const columns = ['"at"', 'kind', 'amount', 'payload']
/** `"at" = s."at", kind = s.kind, ...` */
const setFrom = (alias: string) => columns.map((column) => `${column} = ${alias}.${column}`).join(', ')

const onConflict = [
  `INSERT INTO events SELECT * FROM staging ON CONFLICT (id) DO UPDATE SET ${setFrom('excluded')}`,
]
const orReplace = ['INSERT OR REPLACE INTO events SELECT * FROM staging']
const merge = [
  `MERGE INTO events t USING staging s ON t.id = s.id
   WHEN MATCHED THEN UPDATE SET ${setFrom('s')} WHEN NOT MATCHED THEN INSERT`,
]
const deleteAndInsert = [
  'DELETE FROM events WHERE id IN (SELECT id FROM staging)',
  'INSERT INTO events SELECT * FROM staging',
]
const updateAndInsert = [
  `UPDATE events SET ${setFrom('s')} FROM staging s WHERE events.id = s.id`,
  'INSERT INTO events SELECT s.* FROM staging s ANTI JOIN events e ON e.id = s.id',
]

/**
 * Statements on the main thread that move rows from a temporary staging table into theirs. Without an index it is for
 * the statement to look for the key, and nothing keeps it.
 */
export const sqlUpserts: Readonly<Record<string, KeyedContender>> = {
  'ON CONFLICT, PRIMARY KEY': upsertBy(onConflict, { hasPrimaryKey: true }),
  'OR REPLACE, PRIMARY KEY': upsertBy(orReplace, { hasPrimaryKey: true }),
  'MERGE, PRIMARY KEY': upsertBy(merge, { hasPrimaryKey: true }),
  'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB': upsertBy(onConflict, {
    hasPrimaryKey: true,
    config: { checkpoint_threshold: '1GB' },
  }),
  'DELETE + INSERT, PRIMARY KEY': upsertBy(deleteAndInsert, { hasPrimaryKey: true }),
  'MERGE, no index': upsertBy(merge),
  'UPDATE + INSERT, no index': upsertBy(updateAndInsert),
  'DELETE + INSERT, no index': upsertBy(deleteAndInsert),
}

function upsertBy(statements: readonly string[], options: MainThreadOptions = {}): KeyedContender {
  return {
    async open(path) {
      const database = await MainThreadDatabase.open(path, (keyed) => createTable(event, keyed), options)
      return {
        write: (rows) => database.transaction((connection) => appendRows(connection, event, rows)),
        upsert: (rows) =>
          database.transaction(async (connection) => {
            // Anew each time: one that is emptied and filled again gets slower.
            await connection.run('CREATE OR REPLACE TEMP TABLE staging AS FROM events LIMIT 0')
            await appendTemporaryRows(connection, 'staging', event, rows)
            for (const statement of statements) await connection.run(statement)
          }),
        async checkpoint() {
          await database.connection.run('CHECKPOINT')
        },
        close: () => database.close(),
      }
    },
  }
}
