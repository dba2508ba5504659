import { readDuckDB } from '../read-back/read-duckdb.js'
import type { Contender } from './contender.js'
import { appendRows, openMainThread, throughStaging } from './main-thread.js'

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
export const sqlUpserts: Readonly<Record<string, Contender>> = {
  'ON CONFLICT, PRIMARY KEY': upsertBy(onConflict, true),
  'OR REPLACE, PRIMARY KEY': upsertBy(orReplace, true),
  'MERGE, PRIMARY KEY': upsertBy(merge, true),
  'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB': upsertBy(onConflict, true, {
    checkpoint_threshold: '1GB',
  }),
  'DELETE + INSERT, PRIMARY KEY': upsertBy(deleteAndInsert, true),
  'MERGE, no index': upsertBy(merge, false),
  'UPDATE + INSERT, no index': upsertBy(updateAndInsert, false),
  'DELETE + INSERT, no index': upsertBy(deleteAndInsert, false),
}

function upsertBy(
  statements: readonly string[],
  hasPrimaryKey: boolean,
  config: Readonly<Record<string, string>> = {},
): Contender {
  const upsert = throughStaging(...statements)
  return {
    async open(path, shape) {
      const { connection, transaction, close } = await openMainThread(path, shape, { hasPrimaryKey, config })
      return {
        write: (rows) => transaction(() => appendRows(connection, shape, rows)),
        upsert: (rows) => transaction(() => upsert(connection, shape, rows)),
        checkpoint: () => connection.run('CHECKPOINT'),
        close,
      }
    },
    readBack: readDuckDB,
  }
}
