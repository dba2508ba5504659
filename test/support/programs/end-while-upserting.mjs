// Upserts the same rows with a higher `round` again and again, prints each round that is committed, and ends in the way
// of argv[3] after argv[5] ms. argv[4] says what keeps the key: `key` or `primaryKey`.
import { writeSync } from 'node:fs'
import { open } from '../../../dist/main/index.js'

const [, , path, way, kind, delayMs] = process.argv
const count = 30_000

function* rows(round) {
  for (let id = 0; id < count; id++) yield { id, round, text: `some text, longer than what is inlined ${id}` }
}

const db = await open(path)
const columns = { id: 'BIGINT', round: 'INTEGER NOT NULL', text: 'VARCHAR' }
const table = await db.table('t', { columns, [kind]: ['id'] })
await table.persist(rows(0))
setTimeout(() => {
  if (way === 'throw') throw new Error('thrown on purpose')
  if (way === 'close') void db.close({ timeoutMs: 0 }).then(() => process.exit(3))
  else if (way !== 'kill') process.exit(3)
  else process.kill(process.pid, 'SIGKILL')
}, Number(delayMs))
for (let round = 1; ; round++) {
  await table.persist(rows(round), { onConflict: 'update' }).catch(() => new Promise(() => undefined))
  writeSync(1, `${round}\n`)
}
