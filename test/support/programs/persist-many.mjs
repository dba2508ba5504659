// Persists argv[3] rows from an async generator, and prints the receipt and how much resident memory grew (bytes).
import { open } from '../../../dist/main/index.js'

const [, , path, rowsText] = process.argv
const rows = Number(rowsText)

async function* generate() {
  for (let id = 0; id < rows; id++) yield { id, name: `name ${id}`, payload: { id, text: 'x'.repeat(60) } }
}

const db = await open(path)
const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR', payload: 'JSON' } })
const before = process.memoryUsage.rss()
let peak = before
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 10)
const receipt = await table.persist(generate())
clearInterval(timer)
const { peakInFlightBytes } = db.stats()
await db.close()
console.log(JSON.stringify({ receipt, grownBytes: peak - before, peakInFlightBytes }))
