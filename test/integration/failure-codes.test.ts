import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Prints the code and the message of what `open()` rejects with. */
const program = `
  import { open } from './dist/main/index.js'
  const found = await open(':memory:').then((db) => db.close(), (error) => ({ code: error.code, message: error.message }))
  console.log(JSON.stringify(found))
`

/** A copy of the package, of which parts may be taken away. */
function copyPackage(name: string): string {
  const copy = join(folder, name)
  mkdirSync(copy)
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  return copy
}

async function openIn(copy: string, flags: readonly string[] = []): Promise<unknown> {
  const run = [...flags, '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, run, { cwd: copy })
  return JSON.parse(stdout)
}

const failedOpening = (text: string) => ({
  code: 'PERSIST_OPEN_FAILED',
  message: expect.stringContaining(text),
})

describe('open()', () => {
  it('says what to do where the native binding is not installed', async () => {
    const copy = copyPackage('without-binding')
    const modules = join(copy, 'node_modules')
    mkdirSync(join(modules, '@duckdb'), { recursive: true })
    for (const name of ['piscina', 'sorted-btree'])
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    for (const name of ['node-api', 'node-bindings']) {
      const path = join(modules, '@duckdb', name)
      cpSync(join(root, 'node_modules', '@duckdb', name), path, { recursive: true, dereference: true })
    }
    expect(await openIn(copy)).toEqual(failedOpening('--omit=optional'))
  })

  it('says what to do where a bundler has left the worker out', async () => {
    const copy = copyPackage('bundled')
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    renameSync(join(copy, 'dist', 'worker.js'), join(copy, 'elsewhere.js'))
    expect(await openIn(copy)).toEqual(failedOpening('external'))
  })

  it('says what to do where the permission model forbids workers or addons', async () => {
    const copy = copyPackage('forbidden')
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const [major = 0] = process.versions.node.split('.').map(Number)
    const model = major >= 23 ? '--permission' : '--experimental-permission'
    const flags = [model, '--allow-fs-read=*', '--allow-fs-write=*']
    expect(await openIn(copy, flags)).toEqual(failedOpening('--allow-worker'))
    expect(await openIn(copy, [...flags, '--allow-worker'])).toEqual(failedOpening('--allow-addons'))
  })

  it('says that memory does not suffice', async () => {
    const path = newDatabase(folder)
    await expect(open(path, { memoryLimit: 1 })).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
    await (await open(path)).close()
  })

  it('does not take a database in memory for a file that is read only', async () => {
    const code = 'PERSIST_OPEN_FAILED'
    await expect(open(':memory:', { readOnly: true })).rejects.toMatchObject({ code })
  })
})

it('a spill that reaches its limit is a full disk', async () => {
  const config = { max_temp_directory_size: '1MB' }
  const db = await open(newDatabase(folder), { memoryLimit: '40MB', threads: 1, config })
  const spill =
    'CREATE TEMP TABLE q AS SELECT uuid() AS a, uuid() AS b, md5(range::VARCHAR) AS c FROM range(3000000)'
  await expect(db.run(spill)).rejects.toMatchObject({ code: 'PERSIST_DISK_FULL' })
  expect(await db.query('SELECT 1 AS a')).toEqual([{ a: 1 }])
  await db.close()
})

describe('the text of a value', () => {
  const texts = [
    'x": No space left on device',
    'FATAL Error: database has been invalidated',
    'Out of Memory Error: could not allocate block of size 1',
    'which is attached in read-only mode!',
    'Could not set lock on file',
    'TransactionContext Error: Failed to commit: could not allocate block of size 1',
  ]

  let db: PersistenceService
  beforeAll(async () => {
    db = await open(newDatabase(folder))
  })
  afterAll(() => db.close())

  it.each(texts)('is not taken for an error of DuckDB: %s', async (text) => {
    const quoted = text.replaceAll("'", "''")
    await db.run(`CREATE OR REPLACE TABLE t (a VARCHAR PRIMARY KEY, CHECK (a != 'z${quoted}'))`)
    const failed = { code: 'PERSIST_QUERY_FAILED' }
    await expect(db.query('SELECT ?::INTEGER', [text])).rejects.toMatchObject(failed)
    await expect(db.query('SELECT error(?)', [text])).rejects.toMatchObject(failed)
    await expect(db.query(`SELECT "${text.replaceAll('"', '""')}"`)).rejects.toMatchObject(failed)
    await expect(db.query(`FROM read_csv('/${quoted}')`)).rejects.toMatchObject(failed)
    await expect(db.run('INSERT INTO t VALUES (?)', [`z${text}`])).rejects.toMatchObject(failed)
    await db.run('INSERT INTO t VALUES (?)', [text])
    await expect(db.run('INSERT INTO t VALUES (?)', [text])).rejects.toMatchObject(failed)
    const both = `INSERT INTO t VALUES ('\n${quoted}'), ('\n${quoted}')`
    await expect(db.run(both)).rejects.toMatchObject(failed)
    const table = await db.table('t')
    await expect(table.persist([{ a: text }])).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(db.stats().workers).toBe(1)
  })
})
