// Calls everything while each subscriber throws; prints what the calls come to, and how many errors were uncaught.
import { tracingChannel } from 'node:diagnostics_channel'
import { open } from '../../../dist/main/index.js'

let uncaught = 0
process.on('uncaughtException', (error) => {
  if (error.message !== 'of a subscriber') throw error
  uncaught++
})
const fail = () => {
  throw new Error('of a subscriber')
}
for (const name of ['open', 'persist', 'commit', 'query', 'transaction', 'checkpoint', 'worker']) {
  const channel = tracingChannel(`duckpaddle:${name}`)
  for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) channel[event].subscribe(fail)
}
const db = await open(':memory:')
const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })
await table.persist([{ id: 1 }])
const { code } = await table.persist([{ id: null }]).catch((error) => error)
await db.transaction((tx) => tx.persist(table, [{ id: 2 }]))
await db.checkpoint()
const rows = await db.query('SELECT id::INT AS id FROM t ORDER BY id')
await db.close()
await new Promise(setImmediate)
console.log(JSON.stringify({ code, rows, isUncaught: uncaught > 0 }))
