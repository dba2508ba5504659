import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type EncodedBatch, layOutBatch } from '../../src/protocol/batch-layout.js'
import { exactReading } from '../../src/protocol/query-value.js'
import { shutdownWordsBytes } from '../../src/protocol/shutdown-words.js'
import type { BeginRequest, WriterRequest } from '../../src/protocol/write-requests.js'
import { CatalogReader } from '../../src/worker/catalog/catalog-reader.js'
import { Database } from '../../src/worker/database.js'
import { WorkerFailure } from '../../src/worker/failure.js'
import { Shutdown } from '../../src/worker/shutdown.js'
import { IdleConnections } from '../../src/worker/write/idle-connections.js'
import { WriteTransaction } from '../../src/worker/write/write-transaction.js'
import { noStartup } from '../support/no-startup.js'
import { vectorSizes } from '../support/vector-sizes.js'

const table = { catalog: 'memory', schema: 'main', name: 't' }

let database: Database
let catalog: CatalogReader
let connection: DuckDBConnection
let transaction: WriteTransaction

beforeEach(async () => {
  const control = new Shutdown(new SharedArrayBuffer(shutdownWordsBytes))
  database = await Database.open(
    { path: ':memory:', config: {}, settingChanges: {}, sandbox: false, startup: noStartup },
    control,
  )
  catalog = new CatalogReader(database)
  connection = await database.connect()
  transaction = new WriteTransaction(database, catalog, new IdleConnections(database))
  await connection.run('CREATE TABLE t (a BIGINT, b BIGINT)')
})
afterEach(async () => {
  await transaction.rollback()
  await database.close()
})

async function describeTable(isChecked = false): Promise<BeginRequest> {
  const { columns } = await catalog.metadataOf(connection, table)
  const writer: WriterRequest = { table, columns, key: [], onConflict: 'error', isChecked }
  return { transaction: 1, writers: [writer], reading: exactReading }
}

/** A batch of one row of two BIGINTs. */
function encode(a: bigint, b: bigint): EncodedBatch {
  const layout = layOutBatch(vectorSizes([8, 8]), 1)
  const buffer = new ArrayBuffer(layout.heapOffset)
  for (const [index, value] of [a, b].entries()) {
    new BigInt64Array(buffer, layout.valueOffsets[index] ?? 0, 1)[0] = value
  }
  return { buffer, capacityRows: 1, rows: 1, heapBytes: 0, nullVectors: [] }
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.catch((reason) => reason)
  return error instanceof WorkerFailure ? error.failure.code : error
}

// The catalog does not learn of these changes: the layout does not depend on what is known of a statement.
it.each([
  'ALTER TABLE t ALTER b TYPE VARCHAR',
  'ALTER TABLE t ALTER b TYPE HUGEINT',
  "ALTER TABLE t ALTER b TYPE ENUM('1', '2') USING '1'",
  'ALTER TABLE t DROP b',
  'ALTER TABLE t ADD c VARCHAR',
])('does not begin by a layout that is out of date: %s', async (sql) => {
  const request = await describeTable()
  await connection.run(sql)
  expect(await failureOf(transaction.begin(request))).toBe('PERSIST_SCHEMA_MISMATCH')
})

it.each([
  'ALTER TABLE t ALTER b TYPE VARCHAR',
  'ALTER TABLE t DROP b',
  'ALTER TABLE t ADD c VARCHAR',
  'DROP TABLE t',
])('writes nothing if the table changes after it has begun: %s', async (sql) => {
  await transaction.begin(await describeTable())
  await transaction.write(0, encode(1n, 2n ** 40n + 30n))
  await connection.run(sql)
  await transaction.write(0, encode(3n, 2n ** 40n + 30n)).catch(() => undefined)
  expect(await failureOf(transaction.commit())).toBe('PERSIST_WRITE_FAILED')
  await transaction.rollback()
  if (sql.startsWith('DROP')) return
  const rows = await connection.runAndReadAll('SELECT * FROM t')
  expect(rows.getRows()).toEqual([])
})

it('writes what it is given', async () => {
  await transaction.begin(await describeTable())
  await transaction.write(0, encode(1n, -2n))
  await transaction.commit()
  expect((await connection.runAndReadAll('SELECT * FROM t')).getRows()).toEqual([[1n, -2n]])
})
