import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { open, type PersistenceService, type QueryRow } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HeldTurn, holdTurn } from '../support/hold-turn.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const failed = { code: 'PERSIST_QUERY_FAILED' }
let db: PersistenceService

beforeAll(async () => {
  db = await open(newDatabase(folder))
  await db.run(`CREATE TABLE t (city VARCHAR, year INTEGER, n INTEGER); CREATE SEQUENCE s; CREATE TABLE held (a INTEGER);
    INSERT INTO t VALUES ('Oslo', 2000, 1), ('Oslo', 2010, 2), ('Rome', 2000, 3);
    CREATE MACRO duckdb_logs() AS TABLE SELECT nextval('s') AS n;
    CREATE MACRO pragma_version() AS TABLE FROM force_checkpoint()`)
})
afterAll(() => db.close({ timeoutMs: 0 }))

/** What becomes of a call that is made while a `persist()` has its turn. */
async function whileHeld(call: () => Promise<unknown>): Promise<{ isAtOnce: boolean; outcome: unknown }> {
  const held: HeldTurn = holdTurn(await db.table('held'))
  await held.begun
  let isAtOnce = true
  const settled = call().catch((error) => error)
  const ended = (async () => {
    for (let read = 0; read < 5; read++) await Promise.race([settled, db.query('SELECT 1')])
    await Promise.race([settled, db.query('SELECT 1').then(() => (isAtOnce = false))])
    await held.end()
  })()
  const outcome = await settled
  await ended
  return { isAtOnce, outcome }
}

describe('query() without waiting for its turn', () => {
  const pivoted = [
    { city: 'Oslo', 2000: 1, 2010: 2 },
    { city: 'Rome', 2000: 3, 2010: null },
  ]
  const cases: readonly (readonly [sql: string, rows: unknown])[] = [
    ['SELECT * FROM (PIVOT t ON year USING first(n)) ORDER BY city', pivoted],
    ['PIVOT t ON year USING first(n) ORDER BY city', pivoted],
    ['WITH p AS (PIVOT t ON year USING first(n)) FROM p ORDER BY city', pivoted],
    ['PIVOT t ON year; PIVOT t ON year USING first(n) ORDER BY city', pivoted],
    ['PIVOT_WIDER t ON year USING first(n) ORDER BY city; -- so', pivoted],
    ['FROM t PIVOT (first(n) FOR year IN (2000, 2010)) ORDER BY city', pivoted],
    ['PIVOT t ON year; SELECT 1 AS a', [{ a: 1 }]],
    ['DESCRIBE PIVOT t ON year USING first(n)', 3],
    ['SUMMARIZE PIVOT t ON year USING first(n)', 3],
    [
      'UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME k VALUE v',
      [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    ],
    ['DESCRIBE t', 3],
    ['SUMMARIZE t', 3],
    ['SHOW TABLES', 2],
    ['FROM t', 3],
    ['TABLE t', 3],
    ['((SELECT 1 AS a))', [{ a: 1 }]],
    ['VALUES (1), (2)', 2],
    ['CALL duckdb_tables()', 2],
    ['CALL system.main.duckdb_tables()', 2],
    ["CALL pragma_table_info('t')", 3],
    ['call range(3)', 3],
    ["PRAGMA table_info('t')", 3],
    ['PRAGMA database_size', 1],
    ['PRAGMA show_tables', 2],
    ['EXPLAIN FROM t', 1],
    ['EXPLAIN (SELECT 1)', 1],
    ['EXPLAIN (FORMAT json) SELECT 1', 1],
    ['EXPLAIN ANALYZE SELECT 1', 1],
    ['EXPLAIN (ANALYZE, FORMAT json) FROM t', 1],
    ['EXPLAIN CALL duckdb_tables()', 1],
    ['EXPLAIN PIVOT t ON year', 1],
    ['EXPLAIN ANALYZE PIVOT t ON year USING sum(n)', 1],
    ['EXPLAIN (FORMAT json) SELECT * FROM (PIVOT t ON year)', 1],
    ['EXPLAIN INSERT INTO t SELECT * FROM t', 1],
    ["EXPLAIN INSERT INTO t (n) SELECT nextval('s')", 1],
    ['EXPLAIN CREATE TABLE x AS FROM t', 1],
    ['EXPLAIN CREATE TABLE x AS PIVOT t ON year', 1],
    ['EXPLAIN CREATE VIEW x AS FROM t', 1],
    ['EXPLAIN DROP TABLE t', 1],
    ['EXPLAIN UPDATE t SET n = 1', 1],
    ['EXPLAIN DELETE FROM t', 1],
    ['EXPLAIN SET threads = 1', 1],
    ['EXPLAIN LOAD json', 1],
    [`EXPLAIN COPY t TO '${join(folder, 'plan.csv')}'`, 1],
    [`EXPLAIN COPY t TO '${join(folder, 'plan')}' (FORMAT parquet, PARTITION_BY (year))`, 1],
    ['SELECT 1 AS a;; -- a\n ; /* b */', [{ a: 1 }]],
  ]

  it.each(cases)('%s', async (sql, rows) => {
    const { isAtOnce, outcome } = await whileHeld(() => db.query(sql))
    if (typeof rows === 'number') expect(outcome).toHaveLength(rows)
    else expect(asNumbers(outcome as QueryRow[])).toEqual(rows)
    expect(isAtOnce).toBe(true)
    expect(await db.query('SELECT count(*)::INTEGER AS n FROM t')).toEqual([{ n: 3 }])
    expect(existsSync(join(folder, 'plan')) || existsSync(join(folder, 'plan.csv'))).toBe(false)
  })

  it.each([
    'CALL no_such_function()',
    'PIVOT no_such_table ON a',
    'EXPLAIN FROM no_such_table',
    'WITH x AS (SELECT 1) FROM no_such_table',
    "PRAGMA table_info('no_such_table')",
  ])('fails at once: %s', async (sql) => {
    const { isAtOnce, outcome } = await whileHeld(() => db.query(sql))
    expect(outcome).toMatchObject(failed)
    // Whether such a function has an effect, nobody knows.
    expect(isAtOnce).toBe(!sql.startsWith('CALL'))
  })

  it('leaves nothing of a PIVOT behind', async () => {
    await db.query('PIVOT t ON year')
    expect(await db.query("FROM duckdb_types() WHERE type_name LIKE '__pivot%'")).toEqual([])
  })
})

describe('query() that waits for its turn', () => {
  it.each([
    "PIVOT (SELECT nextval('s') AS n, city FROM t) ON city",
    "EXPLAIN ANALYZE PIVOT (SELECT nextval('s') AS n, city FROM t) ON city",
    'CALL force_checkpoint()',
    'CALL checkpoint()',
    'CALL truncate_duckdb_logs()',
    'CALL disable_logging()',
    // Macros in place of DuckDB's own.
    'CALL duckdb_logs()',
    'CALL "duckdb_logs"()',
    'CALL pragma_version()',
    'PIVOT t ON year; CALL disable_logging()',
    'PIVOT t ON year; UPDATE t SET n = n',
    'WITH x AS (SELECT 1) UPDATE t SET n = n',
    'EXPLAIN ANALYZE UPDATE t SET n = n',
    'EXPLAIN SELECT 1; UPDATE t SET n = n',
    'PRAGMA enable_object_cache',
    'SET threads = 1',
  ])('%s', async (sql) => {
    const { isAtOnce, outcome } = await whileHeld(() => db.query(sql))
    expect(isAtOnce).toBe(false)
    expect(outcome).toEqual(expect.any(Array))
    if (sql.startsWith('EXPLAIN ANALYZE')) expect(outcome).toHaveLength(1)
  })
})

describe('SQL without a statement', () => {
  it.each(['', '  ', ';', ';;', '\n;\t;', '-- nothing', '/* nothing /* at all */ */', '-- a\n; /* b */'])(
    'fails in query() and run(): %j',
    async (sql) => {
      const outcomes = [await whileHeld(() => db.query(sql)), { outcome: await db.run(sql).catch((e) => e) }]
      for (const { outcome } of outcomes) {
        expect(outcome).toMatchObject({ ...failed, message: 'The SQL has no statement' })
      }
      expect(outcomes[0]).toMatchObject({ isAtOnce: true })
    },
  )
})

describe('rowsChanged', () => {
  it.each([
    ['INSERT INTO r SELECT i, i FROM range(5) x(i) RETURNING a', 5],
    ['INSERT INTO r VALUES (0, 1), (7, 1) ON CONFLICT DO NOTHING RETURNING a', 1],
    ['INSERT INTO r VALUES (0, 1), (8, 1) ON CONFLICT DO UPDATE SET b = excluded.b RETURNING a', 2],
    ['UPDATE r SET b = 1 WHERE a < 3 RETURNING *', 3],
    ['UPDATE r SET b = 1 WHERE a < 3', 3],
    [
      'MERGE INTO r USING range(1, 8) x(i) ON a = i WHEN MATCHED THEN UPDATE SET b = 2 WHEN NOT MATCHED THEN INSERT VALUES (i, 0) RETURNING merge_action, a',
      7,
    ],
    ['DELETE FROM r WHERE a < 0 RETURNING a', 0],
    ['SELECT * FROM r', 0],
    ['EXPLAIN ANALYZE DELETE FROM r WHERE a = 8', 0],
    ['DELETE FROM r RETURNING a', 8],
    ['INSERT INTO r SELECT i, i FROM range(10000) x(i) RETURNING a', 10_000],
    ['SELECT 1; DELETE FROM r RETURNING a', 10_000],
  ])('of %s is %i', async (sql, rowsChanged) => {
    await db.run('CREATE TABLE IF NOT EXISTS r (a INTEGER PRIMARY KEY, b INTEGER)')
    expect(await db.run(sql)).toEqual({ rowsChanged })
  })
})

function asNumbers(rows: readonly QueryRow[]): unknown {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
    ),
  )
}
