import { rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type EncodedBatch, layOutBatch } from '../../src/protocol/batch-layout.js'
import { shutdownWordsBytes } from '../../src/protocol/shutdown-words.js'
import { leftToMain } from '../../src/protocol/startup.js'
import type { GroupWriter } from '../../src/protocol/write-requests.js'
import { CatalogReader } from '../../src/worker/catalog/catalog-reader.js'
import { Database } from '../../src/worker/database.js'
import { Shutdown } from '../../src/worker/shutdown.js'
import { DirectCommits } from '../../src/worker/write/direct-commits.js'
import { noStartup } from '../support/no-startup.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { vectorSizes } from '../support/vector-sizes.js'

const folder = temporaryFolder()

let path: string
let shutdown: Shutdown
let database: Database
let catalog: CatalogReader
let commits: DirectCommits
let connection: DuckDBConnection
let isAlone = true

beforeEach(() => openDatabase({ checkpoint_threshold: leftToMain }))
afterEach(closeDatabase)

async function openDatabase(config: Readonly<Record<string, string>>): Promise<void> {
  path = newDatabase(folder)
  shutdown = new Shutdown(new SharedArrayBuffer(shutdownWordsBytes))
  const request = { path, config, settingChanges: {}, sandbox: false, startup: noStartup }
  database = await Database.open(request, shutdown)
  catalog = new CatalogReader(database)
  isAlone = true
  commits = new DirectCommits(database, catalog, () => isAlone, Number.POSITIVE_INFINITY)
  connection = await database.connect()
  await connection.run('CREATE TABLE t (a BIGINT)')
}

async function closeDatabase(): Promise<void> {
  commits.close()
  await database.drain()
  await database.close()
}

async function writerOf(values: readonly number[], name = 't'): Promise<GroupWriter> {
  const { schema, catalog: place } = database.place
  const table = { catalog: place, schema, name }
  const { columns } = await catalog.metadataOf(connection, table)
  return { table, columns, key: [], onConflict: 'error', isChecked: false, batches: [encode(values)] }
}

function encode(values: readonly number[]): EncodedBatch {
  const layout = layOutBatch(vectorSizes([8]), values.length)
  const buffer = new ArrayBuffer(layout.heapOffset)
  new BigInt64Array(buffer, layout.valueOffsets[0], values.length).set(values.map(BigInt))
  return { buffer, capacityRows: values.length, rows: values.length, heapBytes: 0, nullVectors: [] }
}

async function write(values: readonly number[], name = 't'): Promise<number | undefined> {
  return commits.commit([await writerOf(values, name)])
}

async function read(name = 't'): Promise<unknown[]> {
  const reader = await connection.runAndReadAll(`SELECT a FROM ${name} ORDER BY rowid`)
  return reader.getRows().map(([value]) => Number(value))
}

it('commits, again and again by one appender, and in the order of the calls', async () => {
  for (let value = 0; value < 100; value++) expect(await write([value])).toBeGreaterThan(0)
  expect(await read()).toEqual(Array.from({ length: 100 }, (_, value) => value))
})

it('leaves the file to others once it is closed, with all that it has committed', async () => {
  await write([1, 2, 3])
  await closeDatabase()
  expect(await readDatabase(path, 'SELECT a::INT AS a FROM t')).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
  await openDatabase({ checkpoint_threshold: leftToMain })
})

it('keeps appenders for some tables only, and writes to any number', async () => {
  const names = Array.from({ length: 40 }, (_, table) => `t${table}`)
  for (const name of names) await connection.run(`CREATE TABLE ${name} (a BIGINT)`)
  for (const value of [1, 2]) for (const name of names) expect(await write([value], name)).toBeGreaterThan(0)
  for (const name of names) expect(await read(name)).toEqual([1, 2])
})

it.each([
  ['dropped and made again', 'DROP TABLE t; CREATE TABLE t (a BIGINT)', [2]],
  ['given another default', 'ALTER TABLE t ALTER a SET DEFAULT 7', [1, 2]],
  ['emptied', 'DELETE FROM t', [2]],
  ['given an index and rid of it', 'CREATE INDEX i ON t (a); DROP INDEX i', [1, 2]],
])('takes the table as it is: %s', async (_, sql, expected) => {
  await write([1])
  await connection.run(sql)
  database.tablesChanged('any')
  expect(await write([2])).toBeGreaterThan(0)
  expect(await read()).toEqual(expected)
})

it('refuses rows that were encoded for another table', async () => {
  const old = await writerOf([1])
  await connection.run('ALTER TABLE t ALTER a TYPE DOUBLE')
  database.tablesChanged('any')
  await expect(commits.commit([old])).rejects.toThrow('The columns of `t` have changed')
  expect(await read()).toEqual([])
})

it('refuses rows for a table that has got a constraint', async () => {
  const old = await writerOf([1])
  await connection.run('CREATE UNIQUE INDEX i ON t (a)')
  database.tablesChanged('any')
  await expect(commits.commit([old])).rejects.toThrow('The constraints of `t` have changed')
  expect(await read()).toEqual([])
})

it('writes nothing of what DuckDB refuses, then or later', async () => {
  await write([1])
  // Nobody is told: the appender finds out when it is flushed.
  await connection.run('DROP TABLE t; CREATE TABLE t (a BIGINT, b BIGINT)')
  await expect(write([2])).rejects.toThrow()
  expect(await read()).toEqual([])
  database.tablesChanged('any')
  await connection.run('DROP TABLE t; CREATE TABLE t (a BIGINT)')
  expect(await write([3])).toBeGreaterThan(0)
  expect(await read()).toEqual([3])
})

it('leaves to a transaction what is more than a few rows, or has to be looked at', async () => {
  const one = await writerOf([1])
  const [batch = encode([1])] = one.batches
  const others: Readonly<Record<string, readonly GroupWriter[]>> = {
    nothing: [],
    'two tables': [one, one],
    'no batch': [{ ...one, batches: [] }],
    'two batches': [{ ...one, batches: [batch, batch] }],
    'many rows': [await writerOf(Array.from({ length: 2049 }, (_, value) => value))],
    'long values': [{ ...one, batches: [{ ...batch, heapBytes: 300_000 }] }],
    'omitted columns': [{ ...one, batches: [{ ...batch, omitted: new Uint32Array(1) }] }],
    'a table that is checked': [{ ...one, isChecked: true }],
  }
  for (const [name, writers] of Object.entries(others)) {
    expect(await commits.commit(writers), name).toBeUndefined()
  }
  expect(await read()).toEqual([])
  expect(await write(Array.from({ length: 2048 }, (_, value) => value))).toBeGreaterThan(0)
  expect(await read()).toHaveLength(2048)
})

it('leaves it to a transaction where it would hold this thread: others are at work, or COMMIT moves the log', async () => {
  await write([0])
  isAlone = false
  expect(await write([1])).toBeUndefined()
  isAlone = true
  const writer = await writerOf([1])
  const other = database.execute(connection, 'SELECT count(*) FROM range(10_000_000)')
  await setImmediate()
  expect(await commits.commit([writer])).toBeUndefined()
  await other
  expect(await read()).toEqual([0])
  await closeDatabase()
  await openDatabase({ checkpoint_threshold: '16MB' })
  expect(await write([1])).toBeUndefined()
})

it('leaves commits to a transaction for ten times as long as one took that was long', async () => {
  let clock = 0
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 15))
  try {
    commits.close()
    commits = new DirectCommits(database, catalog, () => true)
    expect(await write([1])).toBe(15)
    expect(await write([2])).toBeUndefined()
    clock += 100
    expect(await write([3])).toBeUndefined()
    clock += 50
    expect(await write([4])).toBe(15)
  } finally {
    now.mockRestore()
  }
  expect(await read()).toEqual([1, 4])
})

it('writes nothing while the database is closed, the process exits, or the file is gone', async () => {
  const writer = await writerOf([1])
  await write([0])
  await database.drain()
  expect(await commits.commit([writer])).toBeUndefined()
  database.allowLastWrites()
  expect(await read()).toEqual([0])
  rmSync(path)
  await expect(commits.commit([writer])).rejects.toMatchObject({
    failure: { code: 'PERSIST_DATABASE_INVALID' },
  })
})
