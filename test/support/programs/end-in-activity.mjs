// Ends in the way of argv[4], argv[5] ms into the activity argv[3] on the database argv[2]. Prints `saved N` when batch
// N is committed, each of 500 rows; batch 0 is committed before the activity begins.
import { writeSync } from 'node:fs'
import { DuckDBStorageAdapter, open } from '../../../dist/main/index.js'

const [, , path, activity, way, delayMs] = process.argv
const batchRows = 500
const columns = { id: 'BIGINT NOT NULL', batch: 'INTEGER', text: 'VARCHAR' }
const text = 'some text, longer than what is inlined'

function batchOf(number, isUpdate) {
  const first = isUpdate ? 0 : number * batchRows
  return Array.from({ length: batchRows }, (_, index) => ({ id: first + index, batch: number, text }))
}

function* endless() {
  for (let id = 0; ; id++) yield { id, batch: -1, text }
}

async function* endlessAsync() {
  for (const row of endless()) yield row
}

async function persistBatches(table, options, isUpdate) {
  for (let number = 1; ; number++) {
    await table.persist(batchOf(number, isUpdate), options)
    writeSync(1, `saved ${number}\n`)
  }
}

const key = activity === 'key' ? { key: ['id'] } : activity === 'primaryKey' ? { primaryKey: ['id'] } : {}
let db = await open(path)
const table = await db.table('t', { columns, ...key })
await table.persist(batchOf(0))
writeSync(1, 'saved 0\n')

const activities = {
  idle: async () => undefined,
  opening: async () => {
    for (;;) {
      await db.close()
      db = await open(path)
    }
  },
  persist: () => persistBatches(table, {}, false),
  endless: () => table.persist(endless()),
  asynchronous: () => table.persist(endlessAsync()),
  key: () => persistBatches(table, { onConflict: 'update' }, true),
  primaryKey: () => persistBatches(table, { onConflict: 'update' }, true),
  transaction: async () => {
    for (let number = 1; ; number++) {
      await db.transaction(async (tx) => {
        const rows = batchOf(number)
        await tx.persist(table, rows.slice(0, 100))
        await tx.query('SELECT count(*) FROM t')
        await tx.run(`INSERT INTO t SELECT id + 100, batch, text FROM t WHERE batch = ${number}`)
        await tx.persist(table, rows.slice(200))
      })
      writeSync(1, `saved ${number}\n`)
    }
  },
  query: () => db.query('SELECT count(*) FROM range(1000000) a, range(1000000) b'),
  run: () => db.run('CREATE TABLE u AS SELECT i, hash(i) AS h FROM range(100000000) r(i) ORDER BY h'),
  checkpoint: async () => {
    for (let number = 1; ; number++) {
      await table.persist(batchOf(number))
      writeSync(1, `saved ${number}\n`)
      await db.checkpoint()
    }
  },
  store: async () => {
    const store = new DuckDBStorageAdapter({ database: db, tableName: 'kept', durability: 'each' })
    for (let number = 1; ; number++) {
      await store.set(`k${number % 100}`, number)
      writeSync(1, `set ${number}\n`)
    }
  },
}

const ways = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('thrown on purpose')
  },
  reject: () => void Promise.reject(new Error('rejected on purpose')),
  close: () => {
    const limit = activity === 'idle' ? {} : { timeoutMs: 20 }
    db.close(limit).then(
      () => process.exit(3),
      () => process.exit(3),
    )
  },
  exitWhileClosing: () => {
    db.close({ timeoutMs: 1000 }).catch(() => undefined)
    setTimeout(() => process.exit(3), 5)
  },
  handledSignal: () => {
    process.once('SIGTERM', () => process.exit(3))
    process.kill(process.pid, 'SIGTERM')
  },
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => process.kill(process.pid, 'SIGINT'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
}

// A signal may take its time, with nothing else to wait for.
setInterval(() => undefined, 1000)
activities[activity]().catch(() => undefined)
setTimeout(ways[way], Number(delayMs))
