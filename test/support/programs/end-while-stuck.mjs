// Ends while DuckDB is inside of a call that cannot be interrupted: argv[3], in the way of argv[4]. With a limit of
// argv[5] ms to the wait of an exiting process.
import { execFileSync } from 'node:child_process'
// Modules that the package is bundled from: in the bundle, the deadline cannot be moved.
import { open } from '../../../dist/main/open.js'
import { DuckDBStorageAdapter } from '../../../dist/main/store/storage-adapter.js'
import { exitGuard } from '../../../dist/main/worker-thread/exit-guard.js'

const [, , path, what, way, waitMs] = process.argv
if (waitMs !== undefined) exitGuard.waitMs = Number(waitMs)

const db = await open(path)
const table = await db.table('t', { columns: { id: 'BIGINT' } })
await table.persist([{ id: 1 }])
const pipe = `${path}.pipe`
if (what === 'pipe') execFileSync('mkfifo', [pipe])
const sql = {
  pipe: `SELECT * FROM read_csv('${pipe}')`,
  constants: "SELECT levenshtein(repeat('a', 150000), repeat('b', 150000)) AS n",
  rows: "SELECT levenshtein(repeat('a', 150000 + i::INT), repeat('b', 150000)) AS n FROM range(1) r(i)",
}
const stuck = db.query(sql[what]).catch((error) => error.code)
// Until DuckDB is inside of it.
await new Promise((resolve) => setTimeout(resolve, 300))
if (way === 'close') {
  const closed = await db.close({ timeoutMs: 100 }).catch((error) => error.code)
  console.log(JSON.stringify({ closed, stuck: await stuck, status: db.stats().status }))
}
if (way === 'store') {
  const store = new DuckDBStorageAdapter({ database: `${path}.store` })
  void store.set('k', 1)
}
if (way === 'throw') throw new Error('thrown on purpose')
process.exit(9)
