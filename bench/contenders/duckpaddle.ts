import { open } from 'duckpaddle'
import type { Contender } from './contender.js'

export const duckpaddle: Contender = {
  async open(path) {
    const db = await open(path, { threads: 1 })
    const table = await db.table('events', {
      columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP', kind: 'VARCHAR', amount: 'DOUBLE', payload: 'JSON' },
    })
    return {
      write: (rows) => table.persist(rows),
      close: async () => {
        await db.close()
      },
    }
  },
}
