import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EncodedBatch, layOutBatch } from '../../src/protocol/batch-layout.js'
import { exactReading } from '../../src/protocol/query-value.js'
import { shutdownWordsBytes } from '../../src/protocol/shutdown-words.js'
import type { CallRange, OnConflict, WriterRequest } from '../../src/protocol/write-requests.js'
import { CatalogReader } from '../../src/worker/catalog/catalog-reader.js'
import { Database } from '../../src/worker/database.js'
import { Shutdown } from '../../src/worker/shutdown.js'
import { IdleConnections } from '../../src/worker/write/idle-connections.js'
import { WriteTransaction } from '../../src/worker/write/write-transaction.js'
import { noStartup } from '../support/no-startup.js'
import { vectorSizes } from '../support/vector-sizes.js'

let database: Database
let catalog: CatalogReader
let connection: DuckDBConnection
let transaction: WriteTransaction

beforeEach(async () => {
  const shutdown = new Shutdown(new SharedArrayBuffer(shutdownWordsBytes))
  const request = { path: ':memory:', config: {}, settingChanges: {}, sandbox: false, startup: noStartup }
  database = await Database.open(request, shutdown)
  catalog = new CatalogReader(database)
  connection = await database.connect()
  transaction = new WriteTransaction(database, catalog, new IdleConnections(database))
})
afterEach(async () => {
  await transaction.rollback()
  await database.close()
})

async function writerOf(name: string, onConflict: OnConflict, key = ['a']): Promise<WriterRequest> {
  const table = { catalog: 'memory', schema: 'main', name }
  const { columns } = await catalog.metadataOf(connection, table)
  return { table, columns, key, onConflict, isChecked: true }
}

/** Rows of two BIGINTs. */
function encode(rows: readonly (readonly [number, number])[]): EncodedBatch {
  const layout = layOutBatch(vectorSizes([8, 8]), rows.length)
  const buffer = new ArrayBuffer(layout.heapOffset)
  for (const column of [0, 1] as const) {
    const values = new BigInt64Array(buffer, layout.valueOffsets[column] ?? 0, rows.length)
    for (const [index, row] of rows.entries()) values[index] = BigInt(row[column])
  }
  return { buffer, capacityRows: rows.length, rows: rows.length, heapBytes: 0, nullVectors: [] }
}

function ranges(...rows: readonly number[]): CallRange[] {
  let firstRow = 0
  return rows.map((count) => {
    const range = { firstRow, rows: count, isAllOrNothing: false }
    firstRow += count
    return range
  })
}

async function read(sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRows().map((row) => row.map(Number))
}

const counts = { inserted: 0, updated: 0, ignored: 0, rejected: 0 }

// A table with an index is written by way of a staging table, one without directly.
describe.each([
  ['a key of this library', 'CREATE TABLE t (a BIGINT, b BIGINT)'],
  ['a PRIMARY KEY', 'CREATE TABLE t (a BIGINT PRIMARY KEY, b BIGINT)'],
  ['several unique constraints', 'CREATE TABLE t (a BIGINT PRIMARY KEY, b BIGINT UNIQUE)'],
])('calls of one transaction on a table with %s', (_, sql) => {
  beforeEach(async () => {
    await connection.run(sql)
    await connection.run('INSERT INTO t VALUES (1, 10)')
  })

  it.each([
    [
      'update',
      [
        { ...counts, inserted: 1, updated: 1 },
        { ...counts, inserted: 1, updated: 2 },
      ],
      [
        [1, 15],
        [2, 13],
        [3, 14],
      ],
    ],
    [
      'ignore',
      [
        { ...counts, inserted: 1, ignored: 1 },
        { ...counts, inserted: 1, ignored: 2 },
      ],
      [
        [1, 10],
        [2, 12],
        [3, 14],
      ],
    ],
    [
      'error',
      [
        { ...counts, inserted: 1, rejected: 1 },
        { ...counts, inserted: 1, rejected: 2 },
      ],
      [
        [1, 10],
        [2, 12],
        [3, 14],
      ],
    ],
  ] as const)('each see what those before have left: %s', async (onConflict, outcomes, left) => {
    await transaction.begin({
      transaction: 1,
      writers: [await writerOf('t', onConflict)],
      reading: exactReading,
    })
    await transaction.write(0, encode([[1, 11], [2, 12]])) // biome-ignore format: a call a line
    await transaction.write(0, encode([[2, 13], [3, 14], [1, 15]])) // biome-ignore format: a call a line
    expect(await transaction.apply(0, ranges(2, 3))).toEqual(outcomes)
    if (onConflict === 'error') {
      const { violations } = await transaction.violations(0)
      // Of a row that an earlier call has written, the table has the key.
      expect(violations.map(({ ordinal, conflictOrdinal }) => [ordinal, conflictOrdinal])).toEqual([
        [0, undefined],
        [2, undefined],
        [4, undefined],
      ])
    }
    await transaction.commit()
    expect(await read('SELECT * FROM t ORDER BY a')).toEqual(left)
  })

  it('end with the first that is all or nothing and has a bad row', async () => {
    await transaction.begin({
      transaction: 1,
      writers: [await writerOf('t', 'error')],
      reading: exactReading,
    })
    await transaction.write(0, encode([[5, 50], [1, 12], [6, 60]])) // biome-ignore format: a call a line
    const calls = ranges(1, 1, 1).map((call, index) => ({ ...call, isAllOrNothing: index === 1 }))
    expect(await transaction.apply(0, calls)).toEqual([
      { ...counts, inserted: 1 },
      { ...counts, rejected: 1 },
    ])
    await transaction.rollback()
    expect(await read('SELECT * FROM t')).toEqual([[1, 10]])
  })
})

it('a transaction writes to several tables, all or nothing', async () => {
  await connection.run(`CREATE TABLE t (a BIGINT PRIMARY KEY, b BIGINT);
    CREATE TABLE u (a BIGINT, b BIGINT REFERENCES t (a)); CREATE TABLE w (a BIGINT, b BIGINT)`)
  const writers = [
    await writerOf('t', 'update'),
    await writerOf('u', 'error', []),
    await writerOf('w', 'ignore'),
    await writerOf('w', 'ignore'),
  ]
  await transaction.begin({ transaction: 7, writers, reading: exactReading })
  await transaction.write(1, encode([[1, 1], [2, 99]])) // biome-ignore format: a call a line
  await transaction.write(0, encode([[1, 0], [1, 5]])) // biome-ignore format: a call a line
  await transaction.write(2, encode([[3, 3]]))
  expect(await transaction.apply(0, ranges(2))).toEqual([{ ...counts, inserted: 1, updated: 1 }])
  expect(await transaction.apply(1, ranges(2))).toEqual([{ ...counts, inserted: 1, rejected: 1 }])
  expect(await transaction.apply(2, ranges(1))).toEqual([{ ...counts, inserted: 1 }])
  expect((await transaction.violations(1)).violations).toMatchObject([{ ordinal: 1, code: 'foreign-key' }])
  expect((await transaction.violations(0)).violations).toEqual([])
  await transaction.commit()
  expect(await read('SELECT * FROM t, u, w')).toEqual([[1, 5, 1, 1, 3, 3]])
})
