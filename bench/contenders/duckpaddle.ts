import { pipeline } from 'node:stream/promises'
import { type AnyRow, DuckDBStorageAdapter, type OpenOptions, open } from 'duckpaddle'
import { readDuckDB } from '../read-back/read-duckdb.js'
import type { KeyValueRecord } from '../shapes/key-value.js'
import type { Row, Shape } from '../shapes/shape.js'
import type { Contender, SetContender } from './contender.js'
import { storageEntries } from './main-thread.js'

/** What keeps the keys unique: nothing, `persist()` alone, or DuckDB's index. */
type Keeper = 'none' | 'key' | 'primaryKey'

export function duckpaddle(keeper: Keeper): Contender {
  return { open: (path, shape) => openTable(path, shape, keeper), readBack: readDuckDB }
}

/** The rows come from an async generator, as from a stream: one at a time, each of them awaited. */
export function duckpaddleAsync(options: OpenOptions = {}): Contender {
  return {
    async open(path, shape) {
      const table = await openTable(path, shape, 'none', options)
      return { ...table, write: (rows) => table.write(toAsync(rows)) }
    },
    readBack: readDuckDB,
  }
}

/** The same, piped into a write stream of the table. */
export const duckpaddleStream: Contender = {
  async open(path, shape) {
    const { stream, close } = await openTable(path, shape, 'none')
    return {
      async write(rows) {
        await stream(toAsync(rows))
        return undefined
      },
      close,
    }
  },
  readBack: readDuckDB,
}

/** Rows by column: a Float64Array for each of the columns, all of which are DOUBLE. */
export const duckpaddleColumns: Contender = {
  async open(path, shape) {
    const { writeColumns, close } = await openTable(path, shape, 'none')
    let columns: Readonly<Record<string, Float64Array>> = {}
    return {
      prepare: async (rows) => {
        columns = columnsOf(shape, rows)
      },
      write: () => writeColumns(columns),
      close,
    }
  },
  readBack: readDuckDB,
}

/** The store in memory, which is saved when it is told to, and not by itself in the midst of a measurement. */
export const storageAdapter: Contender = {
  async open(path) {
    const store = new DuckDBStorageAdapter<KeyValueRecord['value']>({ database: path, autoPersist: false })
    await store.load()
    return {
      stage: (records) => store.setMany(records.map(({ key, value }) => [key, value])),
      write: () => store.persist(),
      close: () => store.close(),
    }
  },
  entries: storageEntries,
}

/** The same, and each change resolves when it is committed. */
export const storageAdapterEach: SetContender = {
  async open(path) {
    const store = new DuckDBStorageAdapter<KeyValueRecord['value']>({ database: path, durability: 'each' })
    await store.load()
    return { set: ({ key, value }) => store.set(key, value), close: () => store.close() }
  },
  entries: storageEntries,
}

/** Opens a database, or a catalog of another engine, and makes the table. */
export async function openTable(path: string, shape: Shape, keeper: Keeper, options: OpenOptions = {}) {
  const db = await open(path, { threads: 1, ...options })
  const keyed = keeper === 'none' ? {} : { [keeper]: [shape.key] }
  await db.table(shape.table, { columns: shape.columns, ...keyed })
  const table = await db.table(shape.table, keeper === 'key' ? keyed : {})
  type Rows = Iterable<AnyRow> | AsyncIterable<AnyRow>
  return {
    write: (rows: Rows) => table.persist(rows),
    writeColumns: (columns: Readonly<Record<string, Float64Array>>) => table.persist({ columns }),
    upsert: (rows: Rows) => table.persist(rows, { onConflict: 'update' }),
    stream: (rows: Rows) => pipeline(rows, table.createWriteStream()),
    checkpoint: () => db.checkpoint(),
    async close() {
      await db.close()
    },
  }
}

function columnsOf({ columns }: Shape, rows: Iterable<Row>): Record<string, Float64Array> {
  const entries = Object.keys(columns).map((name) => [name, [] as number[]] as const)
  for (const row of rows) {
    for (const [name, values] of entries) values.push(Number(row[name]))
  }
  return Object.fromEntries(entries.map(([name, values]) => [name, Float64Array.from(values)]))
}

async function* toAsync(rows: Iterable<Row>): AsyncGenerator<Row> {
  for (const row of rows) yield row
}
