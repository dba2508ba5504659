// Sets many small entries of a store in memory, and reports what it finds of them. Arguments: how many, 'persist' or not.
import { DuckDBStorageAdapter } from 'duckpaddle'

const entries = Number(process.argv[2])
const atOnce = 200_000
const store = new DuckDBStorageAdapter({ database: ':memory:', autoPersist: false })

function* someFrom(start) {
  for (let index = start; index < Math.min(start + atOnce, entries); index++) yield [`k${index}`, index]
}

let longestMs = 0
let lastTurn = performance.now()
const timer = setInterval(() => {
  const now = performance.now()
  longestMs = Math.max(longestMs, now - lastTurn)
  lastTurn = now
}, 1)
await store.size()
lastTurn = performance.now()
longestMs = 0
const startedAt = performance.now()
for (let start = 0; start < entries; start += atOnce) await store.setMany(someFrom(start))
const setMs = performance.now() - startedAt
const [longestSetMs, setBytes] = [longestMs, process.memoryUsage().rss]

await store.set('k1', 'changed')
await store.delete('k2')
const found = []
for (const key of ['k0', 'k1', 'k2', `k${2 ** 24}`, `k${entries - 1}`, `k${entries}`]) {
  found.push((await store.get(key)) ?? null)
}
let walked = 0
let isInOrder = true
let expected = 0
for await (const [key] of store.entries()) {
  if (expected === 2) expected++
  if (key !== `k${expected++}`) isInOrder = false
  walked++
}
const size = await store.size()
longestMs = 0
const saveStartedAt = performance.now()
const receipt = process.argv[3] === 'persist' ? await store.persist() : undefined
const saveMs = performance.now() - saveStartedAt
clearInterval(timer)
const rows = receipt && (await store.query('SELECT count(*)::INT AS n FROM storage'))
const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
console.log(
  JSON.stringify({
    size,
    found,
    walked,
    isInOrder,
    inserted: receipt?.inserted,
    rows: rows?.[0].n,
    setMs,
    longestSetMs,
    saveMs,
    longestSaveMs: longestMs,
    setBytes,
    rss,
    heapUsed,
    arrayBuffers,
  }),
)
await store.close({ discardChanges: true })
