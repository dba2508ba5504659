import { execFile } from 'node:child_process'
import { existsSync, linkSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { openInThreads } from '../support/open-in-threads.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const run = promisify(execFile)
const alreadyOpen = { code: 'PERSIST_ALREADY_OPEN' }

/** A service on a file that has a table with one row, and the file's other names. */
async function openWithLinks() {
  const path = newDatabase(folder)
  const db = await open(path)
  await db.run('CREATE TABLE t AS SELECT 1 AS id')
  await db.checkpoint()
  const [link, hardLink] = [`${path}.link`, `${path}.hard`]
  symlinkSync(path, link)
  linkSync(path, hardLink)
  return { db, path, names: [path, relative('.', path), link, hardLink, join(folder, '.', basename(path))] }
}

/** Runs a program as another process, and resolves to what it prints. */
async function runProgram(program: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
  return stdout.trim()
}

describe('a file that threads of one process open at the same moment', () => {
  it.each(fewOf([4], [2]))('is open in one of %i, which loses nothing', async (threads) => {
    await openInThreads(newDatabase(folder), threads)
  })
})

it.runIf(process.platform === 'linux')(
  'a child opens for reading what its parent has open for reading',
  async () => {
    const path = newDatabase(folder)
    await (await open(path)).close()
    const parent = `
    import { spawnSync } from 'node:child_process'
    import { open } from 'duckpaddle'
    const db = await open(${JSON.stringify(path)}, { readOnly: true })
    if (process.argv[1] === 'child') console.log('opened')
    else {
      const program = process.execArgv.at(-1)
      const args = ['--input-type=module', '-e', program, 'child']
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      console.log(stdout + stderr)
    }
    await db.close()`
    expect(await runProgram(parent)).toBe('opened')
  },
)

describe('SQL on another service', () => {
  const spellings: readonly ((path: string) => string)[] = [
    (path) => `ATTACH '${path}'`,
    (path) => `attach database '${path}' as "a b" (READ_ONLY)`,
    (path) => `ATTACH IF NOT EXISTS '${path}' AS x`,
    (path) => `ATTACH OR REPLACE '${path}' AS x`,
    (path) => `ATTACH $$${path}$$ AS x`,
    (path) => `ATTACH E'${path.replace('/', '\\x2f')}' AS x`,
    (path) => `/* x */ ATTACH -- y\n'${path.slice(0, 3)}'\n'${path.slice(3)}' AS x`,
    (path) => `SELECT 1; BEGIN; ATTACH '${path}' AS x; COMMIT`,
    (path) => `ATTACH 'duckdb:${path}' AS x`,
    (path) => `ATTACH 'file:${path}' AS x`,
    (path) => `COPY (SELECT 2 AS id) TO '${path}' (FORMAT parquet)`,
    (path) => `COPY (SELECT 2 AS id) TO $x$${path}$x$`,
    (path) => `COPY (SELECT 2 AS id) TO 'file:${path}'`,
    (path) => `COPY (SELECT 2 AS id) TO '${path}.wal'`,
    (path) => `COPY t TO ('${path.slice(0, 4)}' || '${path.slice(4)}')`,
    (path) => `EXPLAIN ANALYZE COPY (SELECT 2 AS id) TO '${path}'`,
    (path) => `PREPARE p AS COPY (SELECT 2 AS id) TO '${path}'; EXECUTE p`,
  ]

  it('neither attaches nor writes over a file that is open, however it is spelt', async () => {
    const { db, path, names } = await openWithLinks()
    const other = await open(':memory:')
    await other.run('CREATE TABLE t AS SELECT 1 AS id')
    for (const spell of spellings) {
      for (const service of [other, db]) {
        await expect(service.run(spell(path)), spell(path)).rejects.toMatchObject(alreadyOpen)
      }
    }
    for (const name of names) {
      await expect(other.run(`ATTACH '${name}' AS y`), name).rejects.toMatchObject(alreadyOpen)
      await expect(other.run(`COPY (SELECT 1) TO '${name}'`), name).rejects.toMatchObject(alreadyOpen)
    }
    await db.run('INSERT INTO t VALUES (2)')
    await db.close()
    expect(await readDatabase(path, 'SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }])
    await other.run(`ATTACH '${path}' AS x`)
    await expect(open(path)).rejects.toMatchObject(alreadyOpen)
    expect(await other.query('SELECT count(*)::INT AS n FROM x.t')).toEqual([{ n: 2 }])
    await other.run('DETACH x')
    await (await open(path)).close()
    await other.close()
  })

  it('has what it attached as new to itself, until its service is closed', async () => {
    const path = newDatabase(folder)
    const first = await open(':memory:')
    const second = await open(':memory:')
    await first.run(`ATTACH '${path}' AS x; CREATE TABLE x.t AS SELECT 1 AS id`)
    await expect(second.run(`ATTACH '${path}' AS x`)).rejects.toMatchObject(alreadyOpen)
    await expect(open(path)).rejects.toMatchObject(alreadyOpen)
    await first.close()
    await second.run(`ATTACH '${path}' AS x`)
    expect(await second.query('SELECT id FROM x.t')).toEqual([{ id: 1 }])
    await second.close()
    expect(await readDatabase(path, 'SELECT id FROM t')).toEqual([{ id: 1 }])
  })

  it('writes to other files as ever', async () => {
    const { db, path } = await openWithLinks()
    const file = join(folder, "it's a file.csv")
    await db.run(`COPY (SELECT '${path}' AS path FROM t) TO '${file.replaceAll("'", "''")}'`)
    expect(existsSync(file)).toBe(true)
    await db.close()
  })
})

it('a store is not exported over a database that is open', async () => {
  const path = newDatabase(folder)
  const store = new DuckDBStorageAdapter({ database: path })
  await store.set('a', 1)
  const link = `${path}.link`
  await store.persist()
  symlinkSync(path, link)
  for (const file of [path, link, relative('.', path), `${path}.wal`]) {
    await expect(store.exportParquet(file), file).rejects.toMatchObject(alreadyOpen)
  }
  expect(await store.exportParquet(`${path}.parquet`)).toBe(1)
  await store.close()
  expect(await readDatabase(path, 'SELECT key FROM storage')).toEqual([{ key: 'a' }])
})

describe('a file that was removed and made anew while it was open', () => {
  /** Leaves a table `b` in the log of a file, as a process does that is killed. */
  async function makeAnew(path: string): Promise<void> {
    rmSync(path)
    rmSync(`${path}.wal`, { force: true })
    const program = `
      import { DuckDBInstance } from '@duckdb/node-api'
      const connection = await (await DuckDBInstance.create(${JSON.stringify(path)})).connect()
      await connection.run('CREATE TABLE b AS SELECT 2 AS id')
      process.kill(process.pid, 'SIGKILL')`
    await runProgram(program).catch(() => undefined)
    expect(statSync(`${path}.wal`).size).toBeGreaterThan(0)
  }

  type Service = Awaited<ReturnType<typeof open>>
  type Ending = readonly [string, (db: Service) => Promise<unknown>]
  const endings: readonly Ending[] = [
    ['close()', async () => undefined],
    ['persist()', async (db) => (await db.table('a')).persist([{ id: 2 }])],
  ]
  const otherEndings: readonly Ending[] = [
    ['checkpoint()', (db) => db.checkpoint()],
    ['CHECKPOINT by SQL', (db) => db.run('FORCE CHECKPOINT')],
    ['run()', (db) => db.run('INSERT INTO a VALUES (2)')],
  ]

  it.each(fewOf(endings, otherEndings))('keeps its log after %s', async (_, end) => {
    const path = newDatabase(folder)
    const db = await open(path)
    await db.run('CREATE TABLE a AS SELECT 1 AS id')
    await makeAnew(path)
    const outcome = await end(db).then(
      () => 'closed',
      (error) => error.code,
    )
    expect(['closed', 'PERSIST_DATABASE_INVALID', 'PERSIST_TABLE_NOT_FOUND']).toContain(outcome)
    await db.close()
    expect(await readDatabase(path, 'SELECT id FROM b')).toEqual([{ id: 2 }])
  })

  it('is what the service has open after the call that noticed it', async () => {
    const path = newDatabase(folder)
    const db = await open(path)
    await db.run('CREATE TABLE a AS SELECT 1 AS id')
    await makeAnew(path)
    await expect(db.run('INSERT INTO a VALUES (2)')).rejects.toMatchObject({
      code: 'PERSIST_DATABASE_INVALID',
    })
    await db.run('INSERT INTO b VALUES (3)')
    await expect(open(path)).rejects.toMatchObject(alreadyOpen)
    await db.close()
    expect(await readDatabase(path, 'SELECT id FROM b ORDER BY id')).toEqual([{ id: 2 }, { id: 3 }])
  })
})

describe('open() of what is no database', () => {
  it.each(fewOf(['csv'], ['parquet', 'json']))(
    'refuses a %s file, and leaves it as it is',
    async (format) => {
      const path = join(folder, `rows.${format}`)
      const memory = await open(':memory:')
      await memory.run(`COPY (SELECT 1 AS id, 'x' AS name) TO '${path}' (FORMAT ${format})`)
      await expect(open(path)).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
      await expect(open(path, { readOnly: true })).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
      expect(await memory.query(`SELECT id::INT AS id FROM '${path}'`)).toEqual([{ id: 1 }])
      await memory.close()
    },
  )

  it.skipIf(process.platform === 'win32')('refuses a pipe, a device and a folder at once', async () => {
    const pipe = join(folder, 'pipe')
    await run('mkfifo', [pipe])
    symlinkSync(pipe, `${pipe}.link`)
    for (const path of [pipe, `${pipe}.link`, '/dev/null', '/dev/zero', folder]) {
      await expect(open(path), path).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    }
  })

  it('leaves nothing behind where there was no file, and everything where there was one', async () => {
    const path = newDatabase(folder)
    const config = { no_such_setting: 1 }
    await expect(open(path, { config })).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, 'not a database')
    await expect(open(path)).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    expect(statSync(path).size).toBe('not a database'.length)
  })
})

it.skipIf(process.platform === 'win32')(
  'a new file on a full disk leaves no stump that never opens again',
  async () => {
    const path = newDatabase(folder)
    const program = `
    import { open } from 'duckpaddle'
    console.log(await open(${JSON.stringify(path)}).then(() => 'opened', (error) => error.code))`
    const node = [process.execPath, '--input-type=module', '-e', program]
    const limited = ['-c', 'trap "" XFSZ; ulimit -f 4; exec "$@"', 'bash', ...node]
    const { stdout } = await run('bash', limited)
    expect(stdout.trim()).toBe('PERSIST_DISK_FULL')
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)))).toEqual([])
    await (await open(path)).close()
  },
)

it('spill files of a killed process are removed when the file is opened again, and others are not', async () => {
  const path = newDatabase(folder)
  const program = `
    import { readdirSync } from 'node:fs'
    import { open } from 'duckpaddle'
    const path = ${JSON.stringify(path)}
    const db = await open(path, { memoryLimit: '40MB' })
    const sql = "CREATE TABLE t AS SELECT * FROM range(20000000) r(i), (SELECT 'abcdefghijklmnop' AS s) ORDER BY hash(i)"
    db.run(sql).catch(() => undefined)
    const spilled = () => { try { return readdirSync(path + '.tmp').length } catch { return 0 } }
    while (spilled() === 0) await new Promise(setImmediate)
    process.kill(process.pid, 'SIGKILL')`
  await runProgram(program).catch(() => undefined)
  expect(readdirSync(`${path}.tmp`).length).toBeGreaterThan(0)
  writeFileSync(join(`${path}.tmp`, 'mine.txt'), 'x')
  const db = await open(path)
  expect(readdirSync(`${path}.tmp`)).toEqual(['mine.txt'])
  await db.close()
})

it('another client in this process keeps a file from being attached', async () => {
  const path = newDatabase(folder)
  const instance = await DuckDBInstance.create(path)
  const db = await open(':memory:')
  if (process.platform === 'linux') {
    await expect(db.run(`ATTACH '${path}' AS x`)).rejects.toMatchObject(alreadyOpen)
  }
  instance.closeSync()
  await db.run(`ATTACH '${path}' AS x`)
  await db.close()
})
