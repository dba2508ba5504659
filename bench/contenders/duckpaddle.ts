import { open } from 'duckpaddle'
import type { Contender, KeyedContender } from './contender.js'

/** Without a key: rows are appended to their table itself. */
export const duckpaddle: Contender = persistTo({})

/** The key is kept by `persist()` alone. */
export const duckpaddleKey: KeyedContender = persistTo({ key: ['id'] })

/** The key is kept by DuckDB's index. */
export const duckpaddlePrimaryKey: KeyedContender = persistTo({ primaryKey: ['id'] })

function persistTo(keyed: {
  readonly key?: readonly 'id'[]
  readonly primaryKey?: readonly 'id'[]
}): KeyedContender {
  return {
    async open(path) {
      const db = await open(path, { threads: 1 })
      const table = await db.table('events', {
        columns: {
          id: 'BIGINT NOT NULL',
          at: 'TIMESTAMP',
          kind: 'VARCHAR',
          amount: 'DOUBLE',
          payload: 'JSON',
        },
        ...keyed,
      })
      return {
        write: (rows) => table.persist(rows),
        upsert: (rows) => table.persist(rows, { onConflict: 'update' }),
        checkpoint: () => db.checkpoint(),
        close: async () => {
          await db.close()
        },
      }
    },
  }
}
