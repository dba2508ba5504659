import { setTimeout as sleep } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { open, type PersistenceService } from 'duckpaddle'
import type { Row } from '../shapes/shape.js'
import { madeRows } from './made-rows.js'
import type { ReadContender, Reader, ReadRows } from './reader.js'

const idleMs = 1500

/** Nothing is read for a while: what the machine itself does to the loop. */
const idle: ReadContender = {
  readsNothing: true,
  open: async () => ({
    async read() {
      await sleep(idleMs)
      return fromRows([])
    },
    close: async () => undefined,
  }),
}

const readContenders: Readonly<Record<string, ReadContender>> = {
  idle,
  'making rows alone': madeRows,
  'node-api on main': onMain(async (connection, sql) =>
    fromRows((await connection.runAndReadAll(sql)).getRowObjectsJS()),
  ),
  'node-api on main, columns': onMain(async (connection, sql) =>
    fromColumns((await connection.runAndReadAll(sql)).getColumnsObjectJS()),
  ),
  'duckpaddle, query': duckpaddle(async (db, sql) => fromRows(await db.query(sql))),
  'duckpaddle, stream': duckpaddle(async (db, sql, kept) => {
    const rows = new Map<number, Row>()
    let count = 0
    for await (const row of db.stream(sql)) {
      if (kept.has(count)) rows.set(count, row)
      count++
    }
    return { count, at: (index) => rows.get(index) }
  }),
  'duckpaddle, columns': duckpaddle(async (db, sql) =>
    fromColumns(await db.query(sql, [], { columns: true })),
  ),
}

export function findReadContender(name: string): ReadContender {
  const found = readContenders[name]
  if (found === undefined) throw new Error(`There is no contender ${name}`)
  return found
}

function onMain(read: (connection: DuckDBConnection, sql: string) => Promise<ReadRows>): ReadContender {
  return {
    async open(path) {
      const instance = await DuckDBInstance.create(path, { threads: '1' })
      const connection = await instance.connect()
      return {
        read: (sql) => read(connection, sql),
        async close() {
          connection.closeSync()
          instance.closeSync()
        },
      }
    },
  }
}

function duckpaddle(
  read: (db: PersistenceService, ...args: Parameters<Reader['read']>) => Promise<ReadRows>,
): ReadContender {
  return {
    async open(path) {
      const db = await open(path, { threads: 1 })
      return {
        read: (...args) => read(db, ...args),
        async close() {
          await db.close()
        },
      }
    },
  }
}

function fromRows(rows: readonly Row[]): ReadRows {
  return { count: rows.length, at: (index) => rows[index] }
}

function fromColumns(columns: Readonly<Record<string, ArrayLike<unknown>>>): ReadRows {
  const entries = Object.entries(columns)
  return {
    count: entries[0]?.[1].length ?? 0,
    at: (index) => Object.fromEntries(entries.map(([name, values]) => [name, values[index]])),
  }
}
