// Under a limit of the size of files (ulimit -f): the reasons of health() after a commit that has failed, and after the next.
import { open } from '../../../dist/main/index.js'

const db = await open(process.argv[2])
const table = await db.table('t', { columns: { id: 'BIGINT', text: 'VARCHAR' } })
function* rows() {
  for (let id = 0; id < 300_000; id++) yield { id, text: `${Math.sin(id)} ${'x'.repeat(200)}` }
}
const reasonsOf = async () => {
  const { reasons } = await db.health({ timeoutMs: 30_000, minFreeDiskBytes: 0 })
  return reasons.map(({ code, status, error }) => ({ code, status, error: error?.code }))
}
await table.persist(rows()).catch(() => undefined)
const failed = await reasonsOf()
await table.persist([{ id: 1 }])
const next = await reasonsOf()
await db.close()
console.log(JSON.stringify({ failed, next }))
