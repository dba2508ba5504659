import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { describe, expect, it, vi } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { kindAt, writeInEveryWay } from '../support/write-in-every-way.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/run-and-kill.mjs', import.meta.url))

/** In the working directory, but for what other tests spill there. */
function filesHere(): string[] {
  return readdirSync('.').filter((name) => name !== '.tmp')
}

/** Leaves what a crash leaves. */
function runAndKill(path: string, statements: readonly string[]): void {
  const { signal, stderr } = spawnSync(process.execPath, [program, JSON.stringify([[path, statements]])], {
    encoding: 'utf8',
  })
  expect(signal, stderr).toBe('SIGKILL')
}

describe('a database in a file called', () => {
  const few = ['Main.db', 'Temp', `it's "a" b.c%20ünï 🦆 #y\\slash.db`, 'no-extension', 'q?x=1&y=[2].db']
  const others = [
    ...['main.db', 'temp.db', 'TEMP.duckdb', 'system.db', 'System.db', 'memory.db', 'information_schema.db'],
    ...['.hidden', 'md:x.db', ':memory:name'],
  ]
  /** Those that DuckDB has catalogs of, or that mean something in a path. */
  const special = /^Main|^Temp$|^system|^memory|\?|"/

  it.each(fewOf(few, others).map((name, at) => [name, at] as const))(
    '%s has all that any other has',
    async (name, at) => {
      const parent = mkdtempSync(join(folder, 'x'))
      const path = join(parent, name)
      const db = await open(path)
      const store = new DuckDBStorageAdapter({ database: db, tableName: 'users', timestamps: true })
      await store.set('u:1', { name: 'Ada' })
      await store.persist()
      await store.set('u:2', { name: 'Bob' })
      await store.close()
      await writeInEveryWay(db, 'main', ['id', 'v'], special.test(name) ? undefined : [kindAt(at)])
      const table = await db.table('t', { columns: { id: 'INTEGER', v: 'VARCHAR' }, primaryKey: ['id'] })
      await table.persist([{ id: 1, v: 'a' }])
      await db.checkpoint()
      await table.persist([{ id: 2, v: 'b' }])
      await db.close()
      // The log was moved into the file, and nothing else was made.
      expect(readdirSync(parent)).toEqual([name])
      const sql = `SELECT key AS k, value->>'$.name' AS v FROM users
      UNION ALL SELECT id::VARCHAR, v FROM t ORDER BY k`
      const rows = [
        { k: '1', v: 'a' },
        { k: '2', v: 'b' },
        { k: 'u:1', v: 'Ada' },
        { k: 'u:2', v: 'Bob' },
      ]
      if (special.test(name)) await checkReadOnly(path, sql, rows)
      const renamed = join(parent, 'renamed.duckdb')
      renameSync(path, renamed)
      expect(await readDatabase(renamed, sql)).toEqual(rows)
    },
  )

  async function checkReadOnly(path: string, sql: string, rows: readonly object[]): Promise<void> {
    const again = await open(path, { readOnly: true })
    expect(await again.query(sql)).toEqual(rows)
    await expect(again.run('CREATE TABLE x (a INTEGER)')).rejects.toMatchObject({ code: 'PERSIST_READ_ONLY' })
    await again.close()
  }

  it('Temp.db is opened again with its sandbox, its log and its settings', async () => {
    const path = join(mkdtempSync(join(folder, 'x')), 'Temp.db')
    runAndKill(path, [
      'CREATE TABLE t (a INTEGER, d TIMESTAMP DEFAULT now())',
      'INSERT INTO t (a) VALUES (1)',
    ])
    expect(existsSync(`${path}.wal`)).toBe(true)
    const db = await open(path, { sandbox: true, memoryLimit: '100MB' })
    expect(await db.query('SELECT a FROM t')).toEqual([{ a: 1 }])
    const [setting] = await db.query("SELECT current_setting('temp_directory') AS folder")
    expect(setting).toEqual({ folder: `${path}.tmp` })
    await expect(db.run("COPY t TO 'x.csv'")).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    await db.close()
  })

  it('q?x.db has its log where DuckDB has it', async () => {
    const at = mkdtempSync(join(folder, 'x'))
    const path = join(at, 'q?x.db')
    runAndKill(path, ['CREATE TABLE t (a INTEGER)', 'INSERT INTO t VALUES (1)'])
    const spilled = join(at, 'q.tmp?x.db')
    mkdirSync(spilled)
    writeFileSync(join(spilled, 'duckdb_temp_storage_DEFAULT-0.tmp'), '')
    const db = await open(path)
    expect(readdirSync(spilled)).toEqual([])
    const onto = (file: string) => db.run(`COPY t TO '${join(at, file)}'`)
    await expect(onto('q.wal?x.db')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    await expect(onto('q?x.db')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    const text = await db.table('text', { columns: { id: 'INTEGER', text: 'VARCHAR' } })
    const log = () => statSync(join(at, 'q.wal?x.db'), { throwIfNoEntry: false })?.size ?? 0
    for (let call = 0; log() < 17 * 1024 * 1024; call++) {
      await text.persist(
        Array.from({ length: 10_000 }, (_, id) => ({ id, text: `${Math.sin(id + call)}`.repeat(12) })),
      )
    }
    await vi.waitUntil(() => log() === 0, { timeout: 20_000 })
    expect(await db.query('SELECT a FROM t')).toEqual([{ a: 1 }])
    await db.close()
  })

  it('f?r/x.db is refused: DuckDB would not find its log', async () => {
    const at = join(mkdtempSync(join(folder, 'x')), 'f?r')
    mkdirSync(at)
    await expect(open(join(at, 'x.db'))).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    expect(readdirSync(at)).toEqual([])
  })
})

it.each([
  ...[
    '',
    ':memory:name',
    ':MEMORY:',
    'duckdb:x.db',
    's3://bucket/x.db',
    'file:///x.db',
    'https://example.org/x.db',
    'a\0b',
    '\ud800',
  ],
])('%j is no path of a database, and nothing is made', async (name) => {
  const before = filesHere()
  await expect(open(name)).rejects.toThrow(TypeError)
  expect(() => new DuckDBStorageAdapter({ database: name })).toThrow(TypeError)
  expect(filesHere()).toEqual(before)
})

it.each(
  fewOf(
    ['md:', 'postgres://host/x'],
    ['md:x', 'sqlite:x.db', 'postgres:dbname=x', 'ducklake:x', 'quack:host'],
  ),
)('%j is a catalog that needs an extension, of which none is downloaded, and no store', async (name) => {
  const before = filesHere()
  await expect(open(name)).rejects.toMatchObject({
    code: 'PERSIST_OPEN_FAILED',
    message: expect.stringMatching(/the extension \w+ cannot be loaded.*`installExtensions: true`/),
  })
  expect(() => new DuckDBStorageAdapter({ database: name })).toThrow(TypeError)
  expect(filesHere()).toEqual(before)
})

it('a folder is no database', async () => {
  const refused = { code: 'PERSIST_OPEN_FAILED' }
  for (const name of [folder, '.', join(folder, 'missing/')])
    await expect(open(name)).rejects.toMatchObject(refused)
  expect(existsSync(join(folder, 'missing'))).toBe(false)
})

it('a store is read by another client whatever its file is called then', async () => {
  const [path, renamed] = [join(folder, 'Store.db'), join(folder, 'Main.db')]
  const store = new DuckDBStorageAdapter({ database: path })
  await store.set('a', 1)
  await store.close()
  renameSync(path, renamed)
  expect(await readDatabase(renamed, 'SELECT key FROM storage')).toEqual([{ key: 'a' }])
  const again = new DuckDBStorageAdapter({ database: renamed })
  expect(await again.get('a')).toBe(1)
  await again.close()
})
