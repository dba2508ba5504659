import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { shutdownWordsBytes } from '../../../src/protocol/shutdown-words.js'
import type { OnConflict } from '../../../src/protocol/write-requests.js'
import { CatalogReader } from '../../../src/worker/catalog/catalog-reader.js'
import {
  assignedColumns,
  isOfKey,
  isRewritten,
  rewritingValues,
  selectBound,
} from '../../../src/worker/constraints/rewritten-rows.js'
import { RowOutcomes } from '../../../src/worker/constraints/row-outcomes.js'
import type { StagedPass } from '../../../src/worker/constraints/staged-pass.js'
import { Database } from '../../../src/worker/database.js'
import { StagingTable } from '../../../src/worker/ingest/staging-table.js'
import { TemporaryTables } from '../../../src/worker/ingest/temporary-tables.js'
import { createWriteTarget } from '../../../src/worker/ingest/write-target.js'
import { Shutdown } from '../../../src/worker/shutdown.js'
import { TransactionConnection } from '../../../src/worker/transaction-connection.js'
import { noStartup } from '../../support/no-startup.js'

let database: Database
let transaction: TransactionConnection
let connection: DuckDBConnection

beforeAll(async () => {
  const shutdown = new Shutdown(new SharedArrayBuffer(shutdownWordsBytes))
  const request = {
    path: ':memory:',
    config: { threads: '1' },
    settingChanges: {},
    sandbox: false,
    startup: noStartup,
  }
  database = await Database.open(request, shutdown)
})
afterAll(() => database.close())
beforeEach(async () => {
  // Temporary tables are its own.
  transaction = await TransactionConnection.open(database)
  connection = transaction.duckdbConnection
})
afterEach(async () => {
  await connection.run('DROP TABLE IF EXISTS child; DROP TABLE t')
  transaction.disconnect()
})

/** A pass of rows to the table `t`, whose key is `id`; `rows` is SQL of its columns and the ordinal. */
async function stage(
  rows: string,
  onConflict: OnConflict = 'update',
  omitted: readonly string[] = [],
): Promise<StagedPass> {
  const table = { catalog: 'memory', schema: 'main', name: 't' }
  const metadata = await new CatalogReader(database).metadataOf(connection, table)
  const request = { table, columns: metadata.columns, key: ['id'], onConflict, isChecked: true }
  const target = createWriteTarget(request, request.table, metadata, new TemporaryTables(1, 0))
  const staging = new StagingTable(target.temporaries.ref('staging'), metadata)
  await connection.run(staging.createSql(target.table))
  await connection.run(`INSERT INTO ${staging.table} SELECT *, 0 FROM (${rows})`)
  const outcomes = new RowOutcomes(transaction, target)
  await outcomes.create()
  const inAll = metadata.columns.map(({ name }) => omitted.includes(name))
  const pass = { connection: transaction, target, staging, outcomes, isWhole: true }
  return { ...pass, omitted: { inSome: inAll, inAll, isMixed: false } }
}

async function read(sql: string): Promise<number[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRows().map(([first]) => Number(first))
}

function keyOf({ target }: StagedPass) {
  if (target.key === undefined) throw new Error('The table has no key')
  return target.key
}

/** The ordinals of the staged rows that DuckDB would rewrite a row for. */
async function rewritten(pass: StagedPass): Promise<number[]> {
  const isChange = isRewritten(pass, keyOf(pass))
  if (isChange === undefined) return []
  const { staging, target } = pass
  return read(`SELECT s.${staging.ordinal} FROM ${staging.table} s
    JOIN ${target.table} t ON ${isOfKey(keyOf(pass))} AND ${isChange} ORDER BY 1`)
}

describe('an update', () => {
  it('assigns to the columns that are not of the key and that some row carries', async () => {
    await connection.run('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER)')
    const pass = await stage('SELECT 1, 2, 3, 4, 0', 'update', ['b'])
    expect(assignedColumns(pass, keyOf(pass)).map(({ name }) => name)).toEqual(['a', 'c'])
  })

  it('rewrites no row where no column but its key has an index', async () => {
    await connection.run('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)')
    const pass = await stage('SELECT 1, 2, 0')
    expect(rewritingValues(pass, keyOf(pass))).toEqual([])
    expect(isRewritten(pass, keyOf(pass))).toBeUndefined()
  })

  it('rewrites no row where no row carries the indexed column', async () => {
    await connection.run('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE)')
    const pass = await stage('SELECT 1, 2, 0', 'update', ['a'])
    expect(isRewritten(pass, keyOf(pass))).toBeUndefined()
  })

  it.each([
    ['INTEGER', '1', '1', '2'],
    ['INTEGER', '1', '1', 'NULL'],
    ['INTEGER', 'NULL', 'NULL', '1'],
    ['DOUBLE', '0', '0', "'-0'::DOUBLE"],
    ['FLOAT', "'-0'::FLOAT", "'-0'::FLOAT", '0::FLOAT'],
    ['DOUBLE', "'nan'", "'nan'", "'inf'"],
    ['VARCHAR COLLATE NOCASE', "'a'", "'a'", "'A'"],
    ['DECIMAL(4, 2)', '1.5', '1.50', '1.51'],
  ])('rewrites an indexed %s of %s for no %s, and for %s', async (type, before, same, other) => {
    await connection.run(`CREATE TABLE t (id INTEGER PRIMARY KEY, a ${type}, b INTEGER);
      CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, ${before}, 5)`)
    const pass = await stage(`VALUES (1, ${same}, 6, 0), (1, ${other}, 5, 1), (2, ${other}, 5, 2)`)
    expect(await rewritten(pass)).toEqual([1])
  })

  it('rewrites an INTERVAL, which a CHECK has beside an indexed column, for an equal one of other parts', async () => {
    await connection.run(`CREATE TABLE t (id INTEGER PRIMARY KEY, a INTERVAL, b INTEGER, CHECK (a IS NOT NULL OR b > 0));
      CREATE INDEX i ON t (b); INSERT INTO t VALUES (1, INTERVAL '1 month', 5)`)
    const pass = await stage(
      `VALUES (1, INTERVAL '1 month', 5, 0), (1, INTERVAL '30 days', 5, 1), (1, INTERVAL '2 months', 5, 2)`,
    )
    expect(await rewritten(pass)).toEqual([1, 2])
  })
})

describe('a row that others refer to', () => {
  beforeEach(async () => {
    await connection.run(`CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b INTEGER);
      CREATE TABLE child (parent INTEGER REFERENCES t (id));
      INSERT INTO t VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0); INSERT INTO child VALUES (1), (2), (NULL)`)
  })

  /** Row 3 has no child; row 0 changes nothing that is indexed. */
  const rows = 'VALUES (1, 10, 9, 0), (2, 21, 0, 1), (3, 31, 0, 2), (4, 40, 0, 3), (1, 11, 0, 4)'

  async function bound(pass: StagedPass): Promise<number[] | undefined> {
    const [reference] = pass.outcomes.references
    const sql = reference === undefined ? undefined : selectBound(pass, reference.constraint)
    return sql === undefined ? undefined : read(`${sql} ORDER BY 1`)
  }

  it('is bound: one that would rewrite it is found', async () => {
    expect(await bound(await stage(rows))).toEqual([1, 4])
  })

  it('is not asked for by rows that have an outcome', async () => {
    const pass = await stage(rows)
    await pass.outcomes.add('rejected', 'SELECT 1 AS o')
    expect(await bound(pass)).toEqual([4])
  })

  it('is rewritten by updates alone, and by those of an indexed column', async () => {
    expect(await bound(await stage(rows, 'ignore'))).toBeUndefined()
    await connection.run('DROP TABLE temp.duckpaddle_1_0_staging; DROP TABLE temp.duckpaddle_1_0_outcomes')
    expect(await bound(await stage(rows, 'update', ['a']))).toBeUndefined()
  })
})
