// Ends with rows in argv[2] committed, and others under way, in the way of argv[3].
import { DuckDBStorageAdapter, open } from 'duckpaddle'

const [, , path, way] = process.argv
const db = await open(path)
const events = await db.table('events', { columns: { id: 'BIGINT NOT NULL', kind: 'VARCHAR' } })
function* rows(count, kind) {
  for (let id = 0; id < count; id++) yield { id, kind }
}
await events.persist(rows(10_000, 'committed'))
const end = () => {
  if (way === 'throw') throw new Error('thrown on purpose')
  process.exit(3)
}

if (way === 'stream' || way === 'itself') {
  const stream = events.createWriteStream()
  for (const row of rows(500, 'streamed')) stream.write(row)
  if (way === 'stream') end()
} else if (way === 'store') {
  const store = new DuckDBStorageAdapter({ database: `${path}.store` })
  void store.set('name', 1)
  end()
} else {
  events.persist(rows(Number.POSITIVE_INFINITY, 'lost')).catch(() => undefined)
  db.query('SELECT count(*) FROM range(1000000000) a, range(1000)').catch(() => undefined)
  // Both are under way by then.
  setTimeout(end, 150)
}
