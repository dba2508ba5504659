// Writes to streams that nobody ends, and ends in the way of argv[3].
import { DuckDBStorageAdapter, open } from '../../../dist/main/index.js'

const [, , path, way, detail] = process.argv
const waits = { commitMs: 1e9 }
const columns = { id: 'BIGINT NOT NULL', text: 'VARCHAR' }
const rows = (count, from = 0) =>
  Array.from({ length: count }, (_, id) => ({ id: from + id, text: `row ${from + id}` }))

async function create(definition = { columns }, options = {}, name = 't') {
  const db = await open(path, options)
  return { db, table: await db.table(name, definition) }
}

function writeAll(stream, all) {
  for (const row of all) stream.write(row)
}

const ways = {
  async itself() {
    const { table } = await create()
    writeAll(table.createWriteStream(waits), rows(3))
  },
  /** Commits once more for what a listener writes at the last moment. */
  async 'itself, in steps'() {
    const { table } = await create()
    const stream = table.createWriteStream(waits)
    stream.once('commit', () => stream.write(rows(1, 1)[0]))
    writeAll(stream, rows(1))
  },
  async exit() {
    const { table } = await create()
    writeAll(table.createWriteStream(waits), rows(3))
    process.exit(3)
  },
  /** By a listener that ends the process before others have heard of it. */
  async 'exit within an exit'() {
    process.on('exit', () => process.exit())
    const { db, table } = await create()
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    await store.set('k', 1)
    writeAll(table.createWriteStream(waits), rows(2))
    writeAll(table.createWriteStream(waits), rows(2, 2))
    process.exit(3)
  },
  async throw() {
    const { table } = await create()
    writeAll(table.createWriteStream(waits), rows(3))
    throw new Error('thrown on purpose')
  },
  /** With callbacks that would say that it is committed. */
  async corked() {
    const { table } = await create()
    const stream = table.createWriteStream(waits)
    stream.cork()
    for (const row of rows(3)) stream.write(row, () => console.error('called back'))
    process.exit(3)
  },
  async ended() {
    const { table } = await create()
    const stream = table.createWriteStream()
    writeAll(stream, rows(30_000))
    stream.end()
    process.exit(3)
  },
  /** So many turns of the event loop after a commit of many rows began, with more behind it. */
  async committing() {
    const { table } = await create()
    const stream = table.createWriteStream()
    writeAll(stream, rows(20_000))
    writeAll(stream, rows(20_000, 20_000))
    for (let turn = 0; turn < Number(detail); turn++) await new Promise(setImmediate)
    writeAll(stream, rows(10, 40_000))
    process.exit(3)
  },
  /** While the main thread is held, so that it does not hear of a commit before it exits. */
  async 'committed, and not heard of'() {
    const { table } = await create()
    const stream = table.createWriteStream()
    writeAll(stream, rows(20_000))
    // Until all of it is handed over; then long enough for it to be committed.
    for (let turn = 0; turn < 60; turn++) await new Promise(setImmediate)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(detail))
    process.exit(3)
  },
  /** The same for a commit that is shared. */
  async 'shared, and not heard of'() {
    const { table } = await create()
    const streams = [table.createWriteStream({ commitRows: 1 }), table.createWriteStream({ commitRows: 1 })]
    for (const [id, stream] of streams.entries()) writeAll(stream, rows(1, id))
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(detail))
    process.exit(3)
  },
  /** The same on a table with a key, which not all calls of a commit can be decided about together. */
  async 'shared on a key, and not heard of'() {
    const { table } = await create({ columns, key: ['id'] })
    const streams = [0, 1, 2].map(() => table.createWriteStream({ commitRows: 2, onConflict: 'update' }))
    for (const [n, stream] of streams.entries()) {
      writeAll(stream, [
        { id: 0, text: `from ${n}` },
        { id: n + 1, text: 'own' },
      ])
    }
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(detail))
    process.exit(3)
  },
  /** Keys that only this library keeps. */
  async key() {
    const { table } = await create({ columns, key: ['id'] })
    await table.persist([{ id: 1, text: 'was there' }])
    writeAll(table.createWriteStream({ ...waits, onConflict: detail }), [
      ...rows(3),
      { id: 2, text: 'again' },
    ])
    process.exit(3)
  },
  async constraints() {
    const db = await open(path)
    await db.run(
      `CREATE TABLE t (id BIGINT PRIMARY KEY, text VARCHAR DEFAULT 'default', n INTEGER CHECK (n > 0))`,
    )
    const table = await db.table('t')
    const stream = table.createWriteStream(waits)
    writeAll(stream, [
      { id: 1, n: 1 },
      { id: 2, n: -1 },
      { id: 1, n: 2 },
      { id: 'bad' },
      { id: 3, text: null },
    ])
    process.exit(3)
  },
  async atomic() {
    const { table } = await create()
    writeAll(table.createWriteStream({ atomic: true }), rows(5000))
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    if (detail === 'exit') process.exit(3)
  },
  async destroyed() {
    const { table } = await create()
    const stream = table.createWriteStream(waits)
    writeAll(stream, rows(3))
    stream.destroy()
    process.exit(3)
  },
  async finished() {
    const { table } = await create()
    const stream = table.createWriteStream({ commitRows: 1 })
    stream.end(rows(1)[0])
    stream.once('finish', () => process.exit(3))
  },
  async closed() {
    const { db, table } = await create()
    writeAll(table.createWriteStream(waits), rows(3))
    await db.close()
    process.exit(3)
  },
  async dropped() {
    const { db, table } = await create()
    const other = await db.table('other', { columns })
    writeAll(table.createWriteStream(waits), rows(3))
    writeAll(other.createWriteStream(waits), rows(2))
    await db.run('DROP TABLE t')
    process.exit(3)
  },
  async 'exit listener'() {
    let stream
    process.on('exit', () => stream.write({ id: 1 }))
    const { table } = await create()
    stream = table.createWriteStream(waits)
    stream.write({ id: 0 })
    process.on('exit', () => stream.write({ id: 2 }))
    process.exit(3)
  },
  async lost() {
    const { db, table } = await create(undefined, { resourceLimits: { maxOldGenerationSizeMb: 24 } })
    const parameters = Array.from({ length: 1_000_000 }, (_, index) => `parameter ${index}`)
    await db.query('SELECT 1', parameters).catch(() => undefined)
    writeAll(table.createWriteStream(waits), rows(3))
    process.exit(3)
  },
  async memory() {
    const db = await open(':memory:')
    const table = await db.table('t', { columns })
    writeAll(table.createWriteStream(waits), rows(3))
    process.exit(3)
  },
}
await ways[way]()
