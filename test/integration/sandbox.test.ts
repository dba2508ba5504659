import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const outside = join(folder, 'outside')
mkdirSync(outside)
const secret = join(outside, 'secret.csv')
writeFileSync(secret, 'a\nsecret\n')
writeFileSync(join(outside, 'secret.json'), '{"a": 1}')
const target = join(outside, 'target')
const refused = { code: 'PERSIST_QUERY_FAILED' }

/** Ways out of a database at `own`: `FILE` is one beside it, `TARGET` one that is not there yet. */
const waysOut: readonly string[] = [
  // Functions that read files or the network, and those that act on the instance.
  "FROM read_text('FILE')",
  "FROM read_blob('FILE')",
  "FROM read_csv('FILE')",
  "FROM read_csv_auto('FILE')",
  "FROM sniff_csv('FILE')",
  "FROM read_json('FILE')",
  "FROM read_json_auto('FILE')",
  "FROM read_json_objects('FILE')",
  "FROM read_json_objects_auto('FILE')",
  "FROM read_ndjson('FILE')",
  "FROM read_ndjson_auto('FILE')",
  "FROM read_ndjson_objects('FILE')",
  "FROM read_parquet('FILE')",
  "FROM parquet_scan('FILE')",
  "FROM parquet_metadata('FILE')",
  "FROM parquet_schema('FILE')",
  "FROM parquet_file_metadata('FILE')",
  "FROM parquet_full_metadata('FILE')",
  "FROM parquet_kv_metadata('FILE')",
  "FROM parquet_bloom_probe('FILE', 'a', 1)",
  "FROM read_duckdb('FILE')",
  "FROM glob('FILE*')",
  "FROM read_csv('https://example.org/a.csv')",
  "FROM read_text('s3://bucket/a')",
  'FROM arrow_scan(1::POINTER, 1::POINTER, 1::POINTER)',
  'FROM seq_scan()',
  "FROM query('FROM read_text(''FILE'')')",
  "FROM query_table(['FILE'])",
  "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''FILE'')'))",
  "PRAGMA json_execute_serialized_sql('{}')",
  "FROM enable_logging(storage = 'file', storage_config = { 'path': 'TARGET' })",
  "CALL enable_logging(storage = 'file', storage_config = { 'path': 'TARGET' })",
  "FROM enable_profiling(format = 'json', save_location = 'TARGET')",
  'FROM disable_logging()',
  'FROM truncate_duckdb_logs()',
  'FROM enable_peg_parser()',
  'FROM force_checkpoint()',
  'FROM duckdb_secrets()',
  "FROM which_secret('s3://a', 's3')",
  // Written otherwise.
  `FROM "read_text"('FILE')`,
  `FROM "READ_TEXT" /* so */ -- and so
   ('FILE')`,
  "FROM system.main.read_text('FILE')",
  "FROM read_text\u00a0('FILE')",
  "SELECT (SELECT content FROM read_text('FILE'))",
  "WITH c AS (FROM read_text('FILE')) FROM c",
  "SELECT 1; FROM read_text('FILE')",
  "SELECT 1 /* /* */ */; FROM read_text('FILE')",
  "SELECT E'\\'' ; FROM read_text('FILE') --'",
  "SELECT $$'$$; FROM read_text('FILE') --'",
  "EXPLAIN ANALYZE FROM read_text('FILE')",
  "DESCRIBE FROM read_csv('FILE')",
  "SUMMARIZE FROM read_csv('FILE')",
  "PIVOT read_csv('FILE') ON a USING count(*)",
  // Files as tables.
  "FROM 'FILE'",
  'FROM "FILE"',
  "SUMMARIZE 'FILE'",
  "FROM '/etc/passwd'",
  "FROM 'https://example.org/a.csv'",
  // Into the database.
  "CREATE TABLE x AS FROM read_csv('FILE')",
  "CREATE TABLE x AS FROM 'FILE'",
  "INSERT INTO t SELECT 1 FROM 'FILE'",
  "INSERT INTO t SELECT 1 FROM read_csv('FILE')",
  "UPDATE t SET a = (SELECT count(*) FROM read_csv('FILE'))",
  "DELETE FROM t WHERE a IN (SELECT 1 FROM read_csv('FILE'))",
  "MERGE INTO t USING (SELECT 1 AS a FROM read_csv('FILE')) s ON t.a = s.a WHEN MATCHED THEN DELETE",
  "CREATE VIEW x AS FROM read_text('FILE')",
  "CREATE MACRO x() AS TABLE FROM read_text('FILE')",
  "CREATE TYPE x AS ENUM (SELECT content FROM read_text('FILE'))",
  "COPY t FROM 'FILE'",
  // Out of the database.
  "COPY t TO 'TARGET'",
  "COPY (SELECT 1) TO 'TARGET' (FORMAT parquet)",
  'COPY (SELECT 1) TO \'TARGET\' (FORMAT csv, PARTITION_BY ("1"))',
  "EXPLAIN ANALYZE COPY t TO 'TARGET'",
  "EXPLAIN (ANALYZE, FORMAT json) COPY t TO 'TARGET'",
  "PREPARE p AS COPY t TO 'TARGET'; EXECUTE p",
  "EXPLAIN ANALYZE PREPARE p AS COPY t TO 'TARGET'",
  "EXPORT DATABASE 'TARGET'",
  "IMPORT DATABASE 'TARGET'",
  "PRAGMA import_database('TARGET')",
  'COPY FROM DATABASE memory TO x',
  // Other databases.
  "ATTACH 'TARGET' AS x",
  "ATTACH ':memory:' AS x",
  "ATTACH IF NOT EXISTS 'FILE' AS x (READ_ONLY)",
  'DETACH own',
  'USE memory',
  'USE system',
  'CREATE SCHEMA IF NOT EXISTS main; USE main',
  // Code, secrets, settings.
  'INSTALL httpfs',
  'FORCE INSTALL httpfs',
  'LOAD httpfs',
  "LOAD 'FILE'",
  'UPDATE EXTENSIONS',
  'EXPLAIN ANALYZE LOAD json',
  "CREATE SECRET s (TYPE http, BEARER_TOKEN 'x')",
  'CREATE OR REPLACE PERSISTENT SECRET s (TYPE http)',
  'CREATE TEMPORARY SECRET IF NOT EXISTS s (TYPE http)',
  'DROP SECRET s',
  'DROP PERSISTENT SECRET IF EXISTS s',
  "SET temp_directory = 'TARGET'",
  "SET home_directory = 'TARGET'",
  "SET GLOBAL secret_directory = 'TARGET'",
  "SET extension_directory = 'TARGET'",
  "SET log_query_path = 'TARGET'",
  "SET profiling_output = 'TARGET'",
  "SET file_search_path = 'TARGET'",
  "SET allowed_paths = ['FILE']",
  "SET allowed_directories = ['OUTSIDE']",
  'SET enable_external_access = true',
  'SET lock_configuration = false',
  'SET autoload_known_extensions = true',
  'SET threads = 2',
  'RESET threads',
  "SET SESSION search_path = 'system'",
  'SET VARIABLE x = 1',
  'EXPLAIN ANALYZE SET threads = 2',
  "PRAGMA profiling_output = 'TARGET'",
  "PRAGMA profile_output = 'TARGET'",
  "PRAGMA enable_profiling = 'json'",
  'PRAGMA enable_profiling',
  "PRAGMA log_query_path = 'TARGET'",
  'PRAGMA disable_checkpoint_on_shutdown',
  'PRAGMA enable_checkpoint_on_shutdown',
  'PRAGMA threads = 2',
  'CALL pragma_version()',
  'CHECKPOINT',
  'FORCE CHECKPOINT',
  "SELECT getenv('HOME')",
  // What was in the database before.
  'FROM file_view',
  'FROM view_of_view',
  'FROM own_file_view',
  'FROM "own file view"',
  "FROM file_macro('FILE')",
  "FROM file_macro('OWN')",
  "SELECT scalar_macro('OWN')",
  // The database's own files.
  "FROM read_blob('OWN')",
  "FROM read_blob('OWN.wal')",
  "FROM glob('OWN*')",
  "FROM read_text('OWN.tmp/*')",
  "FROM read_duckdb('OWN')",
  "FROM 'OWN'",
  "COPY (SELECT 1) TO 'OWN' (FORMAT csv, USE_TMP_FILE false)",
  "COPY (SELECT 1) TO 'OWN.wal' (FORMAT csv, USE_TMP_FILE false)",
  "EXPLAIN ANALYZE COPY (SELECT 1) TO 'OWN' (FORMAT csv, USE_TMP_FILE false)",
  "ATTACH 'OWN' AS again",
]

async function prepare(path: string): Promise<void> {
  const db = await open(path)
  await db.run(`
    CREATE TABLE t (a INTEGER);
    INSERT INTO t VALUES (1);
    CREATE VIEW file_view AS FROM read_csv('${secret}');
    CREATE VIEW view_of_view AS FROM file_view;
    CREATE VIEW own_file_view AS SELECT octet_length(content) FROM read_blob('${path}');
    CREATE VIEW "own file view" AS FROM own_file_view;
    CREATE MACRO file_macro(name) AS TABLE FROM read_blob(name);
    CREATE MACRO scalar_macro(name) AS (SELECT octet_length(content) FROM read_blob(name));
    CREATE VIEW harmless AS SELECT a + 1 AS b FROM t;
  `)
  await db.close()
}

describe('a sandbox', () => {
  const path = newDatabase(folder)
  let db: PersistenceService

  beforeAll(async () => {
    await prepare(path)
    db = await open(path, { sandbox: true, threads: 1 })
  })
  afterAll(() => db.close())

  it.each(waysOut)('refuses %s', async (way) => {
    const sql = way
      .replaceAll('FILE', secret)
      .replaceAll('TARGET', target)
      .replaceAll('OUTSIDE', outside)
      .replaceAll('OWN', path)
    const before = readFileSync(path)
    await expect(db.run(sql)).rejects.toMatchObject(refused)
    await expect(db.query(sql)).rejects.toMatchObject(refused)
    expect(readdirSync(outside).sort()).toEqual(['secret.csv', 'secret.json'])
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(await db.query('SELECT a FROM t')).toEqual([{ a: 1 }])
    expect(db.stats().workers).toBe(1)
  })

  it('refuses a way out whose name is a parameter', async () => {
    await expect(db.query('FROM read_blob(?)', [path])).rejects.toMatchObject(refused)
  })

  it('takes whatever stays within the database', async () => {
    await db.run(
      "CREATE TABLE words (query VARCHAR, copy INTEGER, \"attach\" VARCHAR DEFAULT 'COPY t TO ''x''')",
    )
    await db.run(
      "INSERT INTO words (query, copy) VALUES ('FROM read_text(''/etc/passwd'')', 1) -- ATTACH 'x'",
    )
    await db.run(
      'CREATE VIEW w AS SELECT query FROM words; CREATE MACRO twice(x) AS x * 2; CREATE INDEX i ON words (copy)',
    )
    await db.run('BEGIN; UPDATE words SET copy = twice(copy); COMMIT; ANALYZE; VACUUM')
    await db.run('ALTER TABLE words ADD COLUMN load TIMESTAMP DEFAULT now()')
    const read = 'SELECT copy, "attach" FROM words WHERE query GLOB \'FROM*\' AND load IS NOT NULL'
    expect(await db.query(read)).toEqual([{ copy: 2, attach: "COPY t TO 'x'" }])
    expect(await db.query('FROM harmless')).toEqual([{ b: 2 }])
    expect(await db.query('SELECT count(*)::INT AS n FROM range(10), unnest([1, 2])')).toEqual([{ n: 20 }])
    expect(await db.query("SELECT value FROM json_each('[7]')")).toEqual([{ value: 7 }])
    expect(await db.query('SELECT table_name FROM duckdb_tables() ORDER BY ALL')).toHaveLength(2)
    expect(await db.query('SHOW TABLES')).not.toHaveLength(0)
    expect(await db.query('DESCRIBE t')).toHaveLength(1)
    expect(await db.query('PRAGMA table_info(t)')).toHaveLength(1)
    expect(await db.query('EXPLAIN SELECT 1')).toHaveLength(1)
    await db.run('DROP VIEW w; DROP TABLE words')
  })

  it('lets the library do all that it does, and more than memory holds', async () => {
    const small = await open(newDatabase(folder), { sandbox: true, memoryLimit: '64MB', threads: 1 })
    const table = await small.table('t', {
      columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP' },
      primaryKey: ['id'],
    })
    await table.persist([{ id: 1 }, { id: 2 }])
    expect(await table.persist([{ id: 2 }, { id: 3 }], { onConflict: 'update' })).toMatchObject({
      updated: 1,
    })
    await small.checkpoint()
    const spill = `SELECT count(DISTINCT x)::INT AS n FROM (
      SELECT random() AS r, md5(range::VARCHAR) || md5((range + 1)::VARCHAR) AS x FROM range(1000000) ORDER BY r)`
    expect(await small.query(spill)).toEqual([{ n: 1_000_000 }])
    await small.close()
  })

  it('holds a key/value store, which does not export or import files', async () => {
    const service = await open(newDatabase(folder), { sandbox: true })
    const store = new DuckDBStorageAdapter<number>({ database: service, tableName: 'kv' })
    await store.set('a', 1)
    await store.persist()
    expect(await store.query('SELECT key FROM kv')).toEqual([{ key: 'a' }])
    await expect(store.exportParquet(join(outside, 'x.parquet'))).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('sandbox'),
    })
    await expect(store.importParquet(join(outside, 'x.parquet'))).rejects.toMatchObject(refused)
    await store.close()
    await service.close()
  })

  it('is one again after its worker was lost, and in memory', async () => {
    const lost = await open(':memory:', { sandbox: true, resourceLimits: smallHeap })
    await expect(loseWorker(lost)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    for (const sql of [`FROM read_csv('${secret}')`, "FROM '/etc/passwd'", "ATTACH ':memory:' AS x"]) {
      await expect(lost.run(sql), sql).rejects.toMatchObject(refused)
    }
    expect(await lost.query('SELECT 1 AS a')).toEqual([{ a: 1 }])
    await lost.close()
  })

  it('does not go with settings that open it', async () => {
    const loose: Record<string, unknown>[] = [
      { allowed_paths: ['/'] },
      { Allowed_Directories: ['/'] },
      { enable_external_access: true },
      { lock_configuration: false },
      { autoload_known_extensions: true },
    ]
    for (const config of loose) {
      await expect(open(':memory:', { sandbox: true, config: config as never })).rejects.toThrow(TypeError)
    }
    await expect(open(':memory:', { sandbox: 'yes' as never })).rejects.toThrow(TypeError)
    await (
      await open(':memory:', { sandbox: true, config: { lock_configuration: true, TimeZone: 'UTC' } })
    ).close()
  })
})

describe('query() without a sandbox', () => {
  const writing = [
    "COPY t TO 'TARGET'",
    "COPY (SELECT a FROM t) TO 'TARGET' (FORMAT csv)",
    "copy/**/t/**/to 'TARGET'",
    "SELECT 1; COPY t TO 'TARGET'",
    "EXPLAIN ANALYZE COPY t TO 'TARGET'",
    "EXPLAIN ANALYZE VERBOSE COPY t TO 'TARGET'",
    "EXPLAIN (ANALYZE, FORMAT json) COPY t TO 'TARGET'",
    "PREPARE p AS COPY t TO 'TARGET'; EXECUTE p",
    "EXPORT DATABASE 'TARGET'",
    "ATTACH 'TARGET' AS x",
    'DETACH x',
    'COPY FROM DATABASE memory TO x',
    'CREATE SECRET s (TYPE http)',
    'CREATE OR REPLACE PERSISTENT SECRET s (TYPE http)',
    'DROP SECRET s',
    'INSTALL json',
    'FORCE INSTALL json',
    'LOAD json',
    'UPDATE EXTENSIONS',
    "IMPORT DATABASE 'TARGET'",
    "SET log_query_path = 'TARGET'",
    "SET profiling_output = 'TARGET'",
    "PRAGMA profiling_output = 'TARGET'",
    "PRAGMA profile_output = 'TARGET'",
    "CALL enable_logging(storage = 'file', storage_config = { 'path': 'TARGET' })",
    "FROM enable_profiling(format = 'json', save_location = 'TARGET')",
  ]

  let db: PersistenceService
  beforeAll(async () => {
    db = await open(':memory:')
    await db.run('CREATE TABLE t AS SELECT 1 AS a')
  })
  afterAll(() => db.close())

  it.each(writing)('refuses %s', async (sql) => {
    await expect(db.query(sql.replaceAll('TARGET', target))).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('use run()'),
    })
    expect(readdirSync(outside).sort()).toEqual(['secret.csv', 'secret.json'])
  })

  it('reads files, and writes to its database', async () => {
    await db.run('CREATE TABLE words (a VARCHAR, copy VARCHAR, load VARCHAR, secret VARCHAR)')
    expect(await db.query(`SELECT a AS attach FROM read_csv('${secret}')`)).toEqual([{ attach: 'secret' }])
    await db.query(`COPY words (a) FROM '${secret}'`)
    await db.query("INSERT INTO words (copy, load, secret) VALUES ('COPY t TO ''x''', 'install', 'export')")
    await db.query('CREATE TABLE secret AS SELECT a, copy, load FROM words')
    expect(await db.query('SELECT copy FROM secret WHERE a IS NULL')).toEqual([{ copy: "COPY t TO 'x'" }])
  })

  it('leaves it to run()', async () => {
    const copy = join(folder, 'copy.csv')
    await db.run(`COPY (SELECT 1 AS a) TO '${copy}'`)
    expect(readFileSync(copy, 'utf8')).toBe('a\n1\n')
    await db.run(
      `ATTACH '${join(folder, 'attached.duckdb')}' AS other; CREATE TABLE other.x AS SELECT 1 AS a`,
    )
    expect(await db.query('SELECT a FROM other.x')).toEqual([{ a: 1 }])
  })
})
