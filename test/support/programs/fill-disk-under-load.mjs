// Under a limit of the size of files (ulimit -f): 20 callers write batches of 100 rows to argv[2] until the disk has been
// full for 40 of their calls. Prints which batches were acknowledged, and the codes of the errors.
import { randomBytes } from 'node:crypto'
import { open } from '../../../dist/main/index.js'

const [, , path] = process.argv
const db = await open(path)
const table = await db.table('t', { columns: { batch: 'INTEGER', bytes: 'BLOB' } })
const acknowledged = []
const codes = {}
let failures = 0
let batches = 0

async function write() {
  while (failures < 40) {
    const batch = batches++
    const rows = Array.from({ length: 100 }, () => ({ batch, bytes: randomBytes(1000) }))
    try {
      await table.persist(rows)
      acknowledged.push(batch)
    } catch (error) {
      failures++
      codes[error.code] = (codes[error.code] ?? 0) + 1
    }
  }
}

await Promise.all(Array.from({ length: 20 }, write))
await db.close().catch((error) => {
  codes[error.code] = (codes[error.code] ?? 0) + 1
})
console.log(JSON.stringify({ acknowledged, codes }))
