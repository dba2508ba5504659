import { type AnyRow, type OpenOptions, open, type Receipt } from 'duckpaddle'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { event } from '../shapes/event.js'
import type { Shape } from '../shapes/shape.js'
import type { Contender, KeyedContender, Writer } from './contender.js'

/** What keeps the keys unique: nothing, `persist()` alone, or DuckDB's index. */
type Keeper = 'none' | 'key' | 'primaryKey'

export function duckpaddle(keeper: Keeper): Contender {
  return { open: (path, shape) => openTable(path, shape, keeper), readBack: readDuckDB }
}

/** The rows come from an async generator, as from a stream: one at a time, each of them awaited. */
export function duckpaddleAsync(options: OpenOptions = {}): Contender {
  return {
    async open(path, shape) {
      const { write, close } = await openTable(path, shape, 'none', options)
      return { write: (rows) => write(toAsync(rows)), close }
    },
    readBack: readDuckDB,
  }
}

export function duckpaddleKeyed(keeper: Exclude<Keeper, 'none'>): KeyedContender {
  return { open: (path) => openTable(path, event, keeper) }
}

interface TableWriter<Row extends object> extends Writer<Row> {
  write(rows: Iterable<Row> | AsyncIterable<Row>): Promise<Receipt>
  upsert(rows: Iterable<Row>): Promise<Receipt>
  checkpoint(): Promise<void>
}

async function openTable<Row extends object>(
  path: string,
  shape: Shape<Row>,
  keeper: Keeper,
  options: OpenOptions = {},
): Promise<TableWriter<Row>> {
  const db = await open(path, { threads: 1, ...options })
  const columns: Readonly<Record<string, string>> = shape.columns
  const keyed = keeper === 'none' ? {} : { [keeper]: [shape.key] }
  await db.table(shape.table, { columns, ...keyed })
  const table = await db.table(shape.table, keeper === 'key' ? keyed : {})
  // A row by the names of its columns, which is what a shape's rows are; an interface cannot say so.
  const toAnyRows = (rows: Iterable<Row> | AsyncIterable<Row>) => rows as Iterable<AnyRow>
  return {
    write: (rows) => table.persist(toAnyRows(rows)),
    upsert: (rows) => table.persist(toAnyRows(rows), { onConflict: 'update' }),
    checkpoint: () => db.checkpoint(),
    async close() {
      await db.close()
    },
  }
}

async function* toAsync<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  for (const row of rows) yield row
}
