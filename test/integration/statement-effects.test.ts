import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HeldTurn, holdTurn } from '../support/hold-turn.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService

beforeAll(async () => {
  db = await open(path)
  await db.run(`CREATE TABLE t (a INTEGER); CREATE SEQUENCE s; CREATE VIEW next_of_view AS SELECT nextval('s') AS n;
    CREATE MACRO next_of_macro() AS nextval('s'); CREATE MACRO next_of_table() AS TABLE SELECT nextval('s') AS n;
    CREATE TABLE held (a INTEGER)`)
})
beforeEach(() => db.run('DELETE FROM t'))
afterAll(() => db.close({ timeoutMs: 0 }))

/** Resolves to `'waits'` if the call has not settled when a read that was made after it has. */
async function waits(call: Promise<unknown>): Promise<unknown> {
  const outcome = call.then(
    () => 'settles',
    (error) => error.code,
  )
  for (let read = 0; read < 3; read++) await db.query('SELECT 1')
  return Promise.race([outcome, db.query('SELECT 1').then(() => 'waits')])
}

async function hold(): Promise<HeldTurn> {
  const held = holdTurn(await db.table('held'))
  await held.begun
  return held
}

/** The next number of the sequence. */
async function next(): Promise<number> {
  const [row] = await db.query<{ n: number }>("SELECT nextval('s')::INT AS n")
  return row?.n ?? 0
}

describe('a statement with an effect', () => {
  it.each([
    "SELECT nextval('s')",
    "SELECT 1; SELECT nextval('s')",
    "WITH x AS (SELECT nextval('s') AS n) SELECT * FROM x",
    'FROM next_of_view',
    'SELECT next_of_macro()',
    'FROM next_of_table()',
    "FROM query('SELECT nextval(''s'')')",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT nextval(''s'')'))",
    "PRAGMA json_execute_serialized_sql(json_serialize_sql('SELECT nextval(''s'')'))",
    "EXPLAIN ANALYZE SELECT nextval('s')",
    "EXPLAIN ANALYZE INSERT INTO t VALUES (nextval('s'))",
    "/* explain */ explain analyse INSERT INTO t VALUES (nextval('s'))",
    "EXPLAIN (ANALYZE) INSERT INTO t VALUES (nextval('s'))",
    "EXPLAIN (FORMAT json, ANALYZE) INSERT INTO t VALUES (nextval('s'))",
    "EXPLAIN /* what */ ANALYZE INSERT INTO t VALUES (nextval('s'))",
    "-- first\nEXPLAIN -- second\nANALYZE INSERT INTO t VALUES (nextval('s'))",
    "SELECT 1; EXPLAIN ANALYZE INSERT INTO t VALUES (nextval('s'))",
    "SELECT nextval('s'); INSERT INTO t VALUES (1)",
    "PREPARE p AS INSERT INTO t VALUES (nextval('s')); EXECUTE p",
    "PREPARE p AS SELECT nextval('s'); EXPLAIN ANALYZE EXECUTE p",
    "INSERT INTO t SELECT nextval('s')",
    "SELECT nextval('s'); SELECT * FROM missing_table; CREATE TABLE x (a INTEGER)",
  ])('waits for its turn, and then has it once: %s', async (sql) => {
    const before = await next()
    const held = await hold()
    const call = db.query(sql)
    expect(await waits(call)).toBe('waits')
    await held.end()
    await call.catch(() => undefined)
    // A sequence goes on from where it is, whether or not a transaction is rolled back.
    expect(await next()).toBe(before + 2)
  })

  it.each([
    ['EXPLAIN ANALYZE COPY t TO', true],
    ['COPY t TO', true],
    ['EXPLAIN COPY t TO', false],
  ])('is one of a file, too, which waits for its turn: %s', async (start, isEffective) => {
    const file = join(folder, `${start.length}.csv`)
    const held = await hold()
    const call = db.run(`${start} '${file}'`)
    expect(await waits(call)).toBe('waits')
    expect(existsSync(file)).toBe(false)
    await held.end()
    await call
    expect(existsSync(file)).toBe(isEffective)
  })

  it.each(['CALL enable_logging()', "ATTACH ':memory:' AS other", "EXPLAIN ANALYZE COPY t TO 'never.csv'"])(
    'outside of the database is not for query(): %s',
    async (sql) => {
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
      expect(existsSync('never.csv')).toBe(false)
    },
  )

  it.each([
    'CHECKPOINT',
    'FROM checkpoint()',
    'EXPLAIN ANALYZE CALL checkpoint()',
    "SELECT write_log('x')",
    'SET GLOBAL threads = 1',
    'EXPLAIN ANALYZE SET GLOBAL threads = 1',
    'PRAGMA enable_object_cache',
    'BEGIN; COMMIT',
    'VACUUM',
    'INSERT INTO not_yet VALUES (1)',
  ])('waits for its turn: %s', async (sql) => {
    const held = await hold()
    const call = db.query(sql).catch((error) => error.code)
    expect(await waits(call)).toBe('waits')
    await held.end()
    const isViolation = sql.includes('not_yet')
    expect(await call).toEqual(isViolation ? 'PERSIST_QUERY_FAILED' : expect.any(Array))
  })

  it('is prepared in its turn, when what it is about is there', async () => {
    const created = db.run('CREATE TABLE later (a INTEGER)')
    const inserted = db.query('INSERT INTO later VALUES (7) RETURNING a')
    await created
    expect(await inserted).toEqual([{ a: 7 }])
    expect(await db.query('CREATE TABLE made (a INTEGER); SELECT count(*)::INTEGER AS n FROM made')).toEqual([
      { n: 0 },
    ])
  })
})

describe('a statement that only reads', () => {
  it.each([
    'SELECT 1',
    'SELECT 1; SELECT count(*) FROM t',
    'FROM t',
    'VALUES (1)',
    'DESCRIBE t',
    'SHOW TABLES',
    'SUMMARIZE t',
    "PRAGMA table_info('t')",
    "FROM query('SELECT 1')",
    'EXPLAIN SELECT 1',
    "EXPLAIN SELECT 'analyze'",
    'EXPLAIN INSERT INTO t VALUES (1)',
    'EXPLAIN (FORMAT json) INSERT INTO t VALUES (1)',
    '/* a */ -- b\n EXPLAIN ALTER TABLE t ADD COLUMN b INTEGER',
    'EXPLAIN ANALYZE SELECT * FROM t',
    'EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM t',
    "SELECT 'force_checkpoint', 'enable_logging'",
  ])('does not wait: %s', async (sql) => {
    const held = await hold()
    expect(await db.query(sql)).toEqual(expect.any(Array))
    await held.end()
    expect(await db.query('SELECT * FROM t')).toEqual([])
  })

  it.each(['SELECT * FROM not_there', 'SELEC 1', 'SELECT 1; SELECT nope FROM t', "SELECT error('x')"])(
    'fails at once: %s',
    async (sql) => {
      const held = await hold()
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
      await held.end()
    },
  )

  it('has what it reads page by page as it was when it began', async () => {
    await db.run('INSERT INTO t SELECT i FROM range(50_000) r(i)')
    const read = db.query('SELECT a FROM t')
    await db.run('DELETE FROM t')
    expect([0, 50_000]).toContain((await read).length)
    expect(await db.query('SELECT * FROM t')).toEqual([])
  })
})

describe('a statement that changes a table', () => {
  const changed: string[] = []

  it.each([
    'ALTER TABLE $u ALTER b TYPE VARCHAR',
    'EXPLAIN ANALYZE ALTER TABLE $u ALTER b TYPE VARCHAR',
    'EXPLAIN (ANALYZE) ALTER TABLE $u ALTER b TYPE VARCHAR',
    'SELECT 1; EXPLAIN ANALYZE ALTER TABLE $u ALTER b TYPE VARCHAR',
    'BEGIN; ALTER TABLE $u ALTER b TYPE VARCHAR; COMMIT',
    'EXPLAIN ANALYZE CREATE OR REPLACE TABLE $u AS SELECT 1 AS a, NULL::VARCHAR AS b',
  ])('is noticed by a table that was got before: %s', async (statement) => {
    const name = `u${changed.length}`
    changed.push(name)
    const sql = statement.replaceAll('$u', name)
    const table = await db.table(name, { columns: { a: 'INTEGER', b: 'BIGINT' } })
    await table.persist([{ a: 1, b: 2n }])
    for (const run of [() => db.query(sql), () => db.run(sql)]) {
      await run()
      await expect(table.persist([{ a: 3, b: 2n ** 40n + 30n }])).rejects.toMatchObject({
        code: 'PERSIST_SCHEMA_MISMATCH',
      })
    }
  })

  it('is what another client finds after close()', async () => {
    await db.close()
    expect(changed).toHaveLength(6)
    const selects = changed.map((name) => `SELECT DISTINCT b FROM ${name}`)
    const found = await readDatabase(path, selects.join(' UNION ALL '))
    expect(found.map(({ b }) => b).sort()).toEqual(['2', '2', '2', '2', '2', null])
  })
})
