// Under a limit of the size of files (ulimit -f): persists a few rows, then more than there is room for, then a few
// again, to a table of the kind of argv[3], or to one with a key in transactions. Prints the codes of the errors, and what is in the table at the end.
import { open } from '../../../dist/main/index.js'

const [, , path, kind] = process.argv
const text = 'x'.repeat(200)

function* rows(from, count, round) {
  for (let id = from; id < from + count; id++) yield { id, round, text: `${Math.sin(id)} ${text}` }
}

const db = await open(path)
const columns = { id: 'BIGINT NOT NULL', round: 'INTEGER', text: 'VARCHAR' }
const key = kind === 'plain' ? {} : { [kind === 'transaction' ? 'key' : kind]: ['id'] }
const table = await db.table('t', { columns, ...key })
const options = kind === 'plain' ? {} : { onConflict: 'update' }
const persist = (given) =>
  kind === 'transaction'
    ? db.transaction((tx) => tx.persist(table, given, options))
    : table.persist(given, options)
await persist(rows(0, 1000, 0))
const codes = []
for (const count of [300_000, 100_000]) {
  await persist(rows(0, count, 1)).catch((error) => codes.push(error.code))
}
const receipt = await persist(rows(kind === 'plain' ? 1000 : 500, 1000, 2))
const [found] = await db.query(
  'SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, count(*) FILTER (round = 1)::INT AS failed FROM t',
)
await db.close()
console.log(JSON.stringify({ codes, found, inserted: receipt.inserted, updated: receipt.updated }))
