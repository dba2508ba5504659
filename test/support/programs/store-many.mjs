// Sets argv[2] small entries of a store in memory, saves them, and prints what was found of them, and how long it took.
import { DuckDBStorageAdapter } from '../../../dist/main/index.js'

const entries = Number(process.argv[2])
const entriesAtOnce = 200_000
const store = new DuckDBStorageAdapter({ database: ':memory:', autoPersist: false })

function* someFrom(start) {
  for (let index = start; index < Math.min(start + entriesAtOnce, entries); index++)
    yield [`k${index}`, index]
}

let longestMs = 0
let lastTurnAt = performance.now()
setInterval(() => {
  const now = performance.now()
  longestMs = Math.max(longestMs, now - lastTurnAt)
  lastTurnAt = now
}, 1).unref()

/** How long a task takes, and the longest that it holds the event loop, in milliseconds. */
async function measure(task) {
  await new Promise(setImmediate)
  longestMs = 0
  const startedAt = performance.now()
  lastTurnAt = startedAt
  const result = await task()
  return [result, performance.now() - startedAt, longestMs]
}

await store.size()
const [, setMs, longestSetMs] = await measure(async () => {
  for (let start = 0; start < entries; start += entriesAtOnce) await store.setMany(someFrom(start))
})
const setBytes = process.memoryUsage.rss()

await store.set('k1', 'changed')
await store.delete('k2')
const found = []
for (const key of ['k0', 'k1', 'k2', `k${2 ** 24}`, `k${entries - 1}`, `k${entries}`]) {
  found.push((await store.get(key)) ?? null)
}
let walked = 0
let isInOrder = true
for await (const [key] of store.entries()) {
  // One was deleted.
  const index = walked < 2 ? walked : walked + 1
  if (key !== `k${index}`) isInOrder = false
  walked++
}
const size = await store.size()

const [{ inserted }, saveMs, longestSaveMs] = await measure(() => store.persist())
const [{ rows }] = await store.query('SELECT count(*)::INT AS rows FROM storage')
console.log(
  JSON.stringify({
    ...{ size, found, walked, isInOrder, inserted, rows },
    ...{ setMs, longestSetMs, setBytes, saveMs, longestSaveMs },
  }),
)
await store.close()
