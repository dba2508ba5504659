// Does in argv[2] what a small server does, and prints what came of it.
import { DuckDBStorageAdapter, open } from 'duckpaddle'

const path = process.argv[2]
const found = {}
const db = await open(path)
found.second = await open(path).catch((error) => error.code)
const columns = { id: 'BIGINT NOT NULL', kind: 'VARCHAR', seen: 'TIMESTAMP', data: 'JSON', tags: 'VARCHAR[]' }
const events = await db.table('events', { columns, key: ['id'] })

const row = (id, kind) => ({ id, kind, seen: new Date(id), data: { id }, tags: [kind] })
function* rows(from, to, kind) {
  for (let id = from; id < to; id++) yield row(id, kind)
}
async function* readLater(from, to, kind) {
  yield* rows(from, to, kind)
}
const written = await events.persist(rows(0, 10_000, 'first'))
const upserted = await events.persist(readLater(5_000, 15_000, 'second'), { onConflict: 'update' })
found.written = written.inserted
found.upserted = [upserted.inserted, upserted.updated]
found.kinds = await db.query('SELECT kind, count(*)::INTEGER AS n FROM events GROUP BY kind ORDER BY kind')
found.last = (await db.query('SELECT seen, data, tags FROM events ORDER BY id DESC LIMIT 1'))[0]

found.streamed = 0
for await (const { tags } of db.stream('SELECT tags FROM events')) found.streamed += tags.length
found.rejected = await events.persist([{ id: 'x' }]).catch((error) => error.code)
found.failed = await db.query('SELECT nothing').catch((error) => [error.code, error instanceof Error])
const controller = new AbortController()
const endless = events.persist(readLater(20_000, Number.POSITIVE_INFINITY, 'never'), {
  signal: controller.signal,
})
setTimeout(() => controller.abort(), 50)
found.aborted = await endless.catch((error) => error.code)

await db.transaction(async (tx) => {
  await tx.persist(events, [row(-1, 'third')])
  await tx.run('DELETE FROM events WHERE id >= 10')
})
const store = new DuckDBStorageAdapter({ database: db })
await store.set('name', { nested: [1] })
await store.persist()
found.stored = await store.get('name')
await db.close()
console.log(JSON.stringify(found))
