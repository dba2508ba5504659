// Writes events of three rows each by many callers at once, and says on its output which are committed, and which failed.
// Run in the folder of the application, whose package it has.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const index = join(process.cwd(), 'node_modules/duckpaddle/dist/main/index.js')
const { open } = await import(pathToFileURL(index).href)
const { database, options, table, columns, first, events, callers } = JSON.parse(process.argv[2])

const db = await open(database, options)
const rows = await db.table(table, { columns })
let next = first
let lines = ''

/** Once per turn of the event loop; a pipe takes it before `write()` returns. */
function say(line) {
  if (lines === '') {
    setImmediate(() => {
      process.stdout.write(lines)
      lines = ''
    })
  }
  lines += `${line}\n`
}

async function call() {
  while (next < first + events) {
    const event = next++
    try {
      await rows.persist([0, 1, 2].map((part) => ({ event, part, at: new Date() })))
      say(`${event}.`)
    } catch (error) {
      say(`${event}: ${error.code} ${error.message.slice(0, 200).replaceAll('\n', ' ')}`)
    }
  }
}

await Promise.all(Array.from({ length: callers }, call))
await db.close()
