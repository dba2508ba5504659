import { availableParallelism } from 'node:os'
import {
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
} from '@duckdb/node-api'
import { readDuckDB, withConnection } from '../read-back/read-duckdb.js'
import { keyValue } from '../shapes/key-value.js'
import { bindRow, createTable, parameters, type Row, type Shape } from '../shapes/shape.js'
import type { Contender, SetContender } from './contender.js'

interface MainThreadOptions {
  readonly hasPrimaryKey?: boolean
  /** DuckDB settings; `threads` is 1 unless it is one of them. */
  readonly config?: Readonly<Record<string, string>>
}

type Write = (connection: DuckDBConnection, shape: Shape, rows: Iterable<Row>) => Promise<void>

/** A loop of INSERTs. */
export const rowByRow: Contender = onMainThread(insertEach('INSERT'))
/** One prepared INSERT, executed for each row. */
export const preparedStatement: Contender = onMainThread(insertPrepared('INSERT'))
/** DuckDB's Appender. */
export const appender: Contender = onMainThread(appendRows)
/** The same, and what DuckDB keeps of it in its cache is bounded. */
export const appenderInLimit: Contender = onMainThread(appendRows, { config: { memory_limit: '64MB' } })
/** The same, and DuckDB fills an index. */
export const appenderPrimaryKey: Contender = onMainThread(appendRows, { hasPrimaryKey: true })

/** The same from data chunks, which are in memory as DuckDB has them: its own time for the rows. */
export const dataChunks: Contender = {
  async open(path, shape) {
    const { connection, transaction, close } = await openMainThread(path, shape)
    let chunks: readonly DuckDBDataChunk[] = []
    return {
      async prepare(rows) {
        await connection.run(`CREATE TEMP TABLE ready AS FROM ${shape.table} LIMIT 0`)
        appendAll(await connection.createAppender('ready', 'main', 'temp'), shape, rows)
        chunks = await (await connection.run('FROM ready')).fetchAllChunks()
        await connection.run('DROP TABLE ready')
      },
      write: () =>
        transaction(async () => {
          const appender = await connection.createAppender(shape.table)
          for (const chunk of chunks) appender.appendDataChunk(chunk)
          appender.closeSync()
        }),
      close,
    }
  },
  readBack: readDuckDB,
}

/** What a store that saves row by row does: of a key that is there, the new value is to replace the old one. */
const replace = 'INSERT OR REPLACE'
export const replaceEach: Contender = onMainThread(insertEach(replace), { hasPrimaryKey: true })
export const replacePrepared: Contender = onMainThread(insertPrepared(replace), { hasPrimaryKey: true })

/** DuckDB finds the keys by its index; its settings are its own, the number of threads included. */
export const onConflictRecords: Contender = onMainThread(
  throughStaging(
    'INSERT INTO storage SELECT * FROM staging ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"',
  ),
  { hasPrimaryKey: true, config: { threads: String(availableParallelism()) } },
)

/** A transaction by an Appender that stays open: the least that DuckDB can do for a row. */
export const oneCommit: Contender = {
  maxCallers: 1,
  async open(path, shape) {
    const database = await openMainThread(path, shape)
    const appender = await database.connection.createAppender(shape.table)
    return {
      write: (rows) =>
        database.transaction(async () => {
          for (const row of rows) shape.append(appender, row)
          appender.flushSync()
        }),
      async close() {
        appender.closeSync()
        await database.close()
      },
    }
  },
  readBack: readDuckDB,
}

/** The same for each record. */
export const oneCommitSets: SetContender = {
  async open(path) {
    const { write, close } = await oneCommit.open(path, keyValue)
    return { set: (record) => write([record]), close }
  },
  entries: storageEntries,
}

/** A database on the thread that calls it, with one table, which is empty in a new file, and one connection. */
export async function openMainThread(path: string, shape: Shape, options: MainThreadOptions = {}) {
  const instance = await DuckDBInstance.create(path, { threads: '1', ...options.config })
  const connection = await instance.connect()
  await connection.run(createTable(shape, options.hasPrimaryKey))
  return {
    connection,
    async transaction(work: () => Promise<void>): Promise<undefined> {
      await connection.run('BEGIN TRANSACTION')
      await work()
      await connection.run('COMMIT')
    },
    async close(): Promise<void> {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** Writes rows to a temporary staging table, from which statements move them into theirs. */
export function throughStaging(...statements: readonly string[]): Write {
  return async (connection, shape, rows) => {
    // Anew each time: one that is emptied and filled again gets slower.
    await connection.run(`CREATE OR REPLACE TEMP TABLE staging AS FROM ${shape.table} LIMIT 0`)
    appendAll(await connection.createAppender('staging', 'main', 'temp'), shape, rows)
    for (const statement of statements) await connection.run(statement)
  }
}

export async function appendRows(
  connection: DuckDBConnection,
  shape: Shape,
  rows: Iterable<Row>,
): Promise<void> {
  appendAll(await connection.createAppender(shape.table), shape, rows)
}

/** Reads the table, or the view, `storage` of a database file. */
export async function* storageEntries(path: string): AsyncGenerator<readonly [key: string, text: string]> {
  yield* await withConnection(path, async (connection) => {
    const reader = await connection.runAndReadAll('SELECT "key", "value"::VARCHAR FROM storage')
    return reader.getRows().map(([key, text]) => [String(key), String(text)] as const)
  })
}

function appendAll(appender: DuckDBAppender, shape: Shape, rows: Iterable<Row>): void {
  for (const row of rows) shape.append(appender, row)
  appender.closeSync()
}

function insertEach(verb: string): Write {
  return async (connection, shape, rows) => {
    const insert = `${verb} INTO ${shape.table} VALUES (${parameters(shape)})`
    for (const row of rows) {
      const { values, types } = bindRow(shape, row)
      await connection.run(insert, values, types)
    }
  }
}

function insertPrepared(verb: string): Write {
  return async (connection, shape, rows) => {
    const insert = `${verb} INTO ${shape.table} VALUES (${parameters(shape)})`
    const statement = await connection.prepare(insert)
    for (const row of rows) {
      const { values, types } = bindRow(shape, row)
      statement.bind(values, types)
      await statement.run()
    }
  }
}

function onMainThread(write: Write, options?: MainThreadOptions): Contender {
  return {
    async open(path, shape) {
      const { connection, transaction, close } = await openMainThread(path, shape, options)
      return { write: (rows) => transaction(() => write(connection, shape, rows)), close }
    },
    readBack: readDuckDB,
    entries: storageEntries,
  }
}
