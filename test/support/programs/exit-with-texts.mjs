// Writes strings to a stream that reads them, and that nobody ends, and ends in the way of argv[3].
import { open } from '../../../dist/main/index.js'

const [, , path, way] = process.argv
const db = await open(path)
const table = await db.table('t', { columns: { id: 'INTEGER NOT NULL', ok: 'BOOLEAN' } })
const stream = table.createWriteStream({ commitMs: 1e9, parse: true, onRowError: 'skip' })
for (const row of [
  { id: '1', ok: 'yes' },
  { id: '2', ok: '0' },
  { id: '2.5', ok: 'no' },
])
  stream.write(row)
if (way === 'exit') process.exit(0)
