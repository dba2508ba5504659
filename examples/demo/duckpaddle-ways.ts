import type { PersistenceService, Table } from 'duckpaddle'
import { columns, type DemoEvent, makeEvent, makeEvents } from './demo-event.js'
import type { WayOfWriting, WritingContext } from './way-of-writing.js'

const persistedRows = 1_000_000
const singleRows = 1000

/** One `persist()`. */
export function persistAll(db: PersistenceService): WayOfWriting {
  return {
    totalRows: persistedRows,
    prepare: inTable(db, 'events', async (table, { countRows, signal }) => {
      let counted = 0
      const onProgress = ({ appended }: { appended: number }) => {
        countRows(appended - counted)
        counted = appended
      }
      await table.persist(makeEvents(persistedRows), { signal, onProgress })
      countRows(persistedRows - counted)
    }),
  }
}

/** A `persist()` for each row, awaited before the next: each is a commit of its own. */
export function persistSingly(db: PersistenceService): WayOfWriting {
  return {
    totalRows: singleRows,
    prepare: inTable(db, 'single_events', async (table, { countRows, signal }) => {
      for (let id = 0; id < singleRows; id++) {
        await table.persist([makeEvent(id)], { signal })
        countRows(1)
      }
    }),
  }
}

type Write = (table: Table<DemoEvent>, context: WritingContext) => Promise<void>

/** A table of the service that is open for as long as the server runs. */
function inTable(db: PersistenceService, name: string, write: Write): WayOfWriting['prepare'] {
  return async (context) => {
    const table = await db.table(name, { columns })
    await db.run(`TRUNCATE ${name}`)
    return {
      write: () => write(table, context),
      async countWritten() {
        const [row] = await db.query<{ n: bigint }>(`SELECT count(*) AS n FROM ${name}`)
        return Number(row?.n)
      },
      close: async () => {},
    }
  }
}
