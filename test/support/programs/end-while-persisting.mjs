// Commits one row, starts an endless persist, and ends in the way of argv[3] after argv[4] ms of it.
import { open } from '../../../dist/main/index.js'

const [, , path, way, delayMs] = process.argv

function* endless() {
  for (let id = 1; ; id++) yield { id, name: `some name, longer than what is inlined ${id}` }
}

const db = await open(path)
const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' } })
await table.persist([{ id: 0, name: 'acknowledged' }])
if (way === 'query') {
  db.query('SELECT count(*) FROM range(1000000) a, range(1000000) b').catch(() => undefined)
} else {
  table.persist(endless()).catch(() => undefined)
}
console.log('running')
setTimeout(() => {
  if (way === 'throw') throw new Error('thrown on purpose')
  if (way !== 'kill') process.exit(3)
  process.kill(process.pid, 'SIGKILL')
}, Number(delayMs))
