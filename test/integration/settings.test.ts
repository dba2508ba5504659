import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { loseWorker as exhaustHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const resourceLimits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }
const secret = join(folder, 'secret.txt')
writeFileSync(secret, 'secret')
const readSecret = `SELECT content FROM read_text('${secret}')`

async function loseWorker(db: PersistenceService): Promise<void> {
  await expect(exhaustHeap(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
}

async function settingOf(db: PersistenceService, name: string): Promise<string | undefined> {
  const [row] = await db.query<{ value: string }>('SELECT value FROM duckdb_settings() WHERE name = ?', [
    name,
  ])
  return row?.value
}

describe('config', () => {
  // More of them in `test/unit/settings.test.ts`.
  const refused: [string, OpenOptions['config']][] = [
    ['no_such_setting', { no_such_setting: 1 }],
    ['memory_limit', { memory_limit: 'lots' }],
    ['a"b', { 'a"b': 'x' }],
    ['__proto__', JSON.parse('{ "__proto__": "x" }')],
  ]

  it.each(refused.map(([name, config], at) => [name, at % 2 === 0 ? 'memory' : 'a file', config] as const))(
    'names the setting `%s` that is refused, of a database in %s',
    async (name, place, config) => {
      const database = place === 'memory' ? ':memory:' : newDatabase(folder)
      await expect(open(database, { config })).rejects.toMatchObject({
        code: 'PERSIST_OPEN_FAILED',
        message: expect.stringContaining(`\`${name}\``),
      })
    },
  )

  const few: [string, OpenOptions['config']][] = [
    [
      'with what it locks',
      { lock_configuration: true, enable_external_access: false, allowed_paths: [secret] },
    ],
  ]
  const others: typeof few = [
    ['at once', { lock_configuration: true, TimeZone: 'Asia/Tokyo' }],
    [
      'by text',
      { LOCK_CONFIGURATION: 'true', enable_external_access: 'false', allowed_paths: `['${secret}']` },
    ],
  ]
  it.each(fewOf(few, others))('locks the configuration %s, whatever the order', async (_, config = {}) => {
    const path = newDatabase(folder)
    for (const entries of [Object.entries(config), Object.entries(config).reverse()]) {
      const db = await open(path, { config: Object.fromEntries(entries) })
      await expect(db.run("SET GLOBAL TimeZone = 'UTC'")).rejects.toMatchObject({
        code: 'PERSIST_QUERY_FAILED',
      })
      expect(await db.query(readSecret)).toEqual([{ content: 'secret' }])
      await db.run('CREATE OR REPLACE TABLE t AS SELECT 1 AS a')
      await db.checkpoint()
      expect(await db.query('SELECT a FROM t')).toEqual([{ a: 1 }])
      await db.close()
    }
  })

  it('opens a directory and keeps the others shut, with names that need quotes', async () => {
    const allowed = join(folder, "it's, [here]")
    mkdirSync(allowed)
    writeFileSync(join(allowed, 'a.txt'), 'allowed')
    const config = { allowed_directories: [allowed], enable_external_access: false }
    const db = await open(newDatabase(folder), { config, resourceLimits })
    const check = async () => {
      expect(await db.query('SELECT content FROM read_text(?)', [join(allowed, 'a.txt')])).toEqual([
        { content: 'allowed' },
      ])
      await expect(db.query(readSecret)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    }
    await check()
    await loseWorker(db)
    await check()
    await db.close()
  })

  it('may disable the file systems', async () => {
    const db = await open(':memory:', {
      config: { disabled_filesystems: 'LocalFileSystem', lock_configuration: true },
    })
    await expect(db.query(readSecret)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    await db.close()
  })

  it('refuses what is no setting', async () => {
    const config = { allowed_paths: [1] }
    await expect(open(':memory:', { config: config as never })).rejects.toThrow(TypeError)
  })
})

describe('a lost worker', () => {
  it('is replaced by one with the settings that SQL has set', async () => {
    const db = await open(newDatabase(folder), {
      resourceLimits,
      config: { preserve_insertion_order: false, default_order: 'DESC' },
    })
    await db.run("SET GLOBAL memory_limit = '1GB'")
    await db.run("SET GLOBAL TimeZone = 'Asia/Tokyo'")
    await db.run('RESET GLOBAL preserve_insertion_order')
    await db.run("PRAGMA default_null_order = 'nulls_first'")
    // Those before the statement that fails have been set.
    await expect(db.run("SET GLOBAL default_collation = 'nocase'; SELECT * FROM missing")).rejects.toThrow()
    await db.run('SET GLOBAL enable_external_access = false')
    const names = [
      'memory_limit',
      'default_order',
      'TimeZone',
      'preserve_insertion_order',
      'default_null_order',
    ]
    const values = () => Promise.all([...names, 'default_collation'].map((name) => settingOf(db, name)))
    const set = (order: string) => ['953.6 MiB', order, 'Asia/Tokyo', 'true', 'NULLS_FIRST', 'nocase']
    // The last time to what it was opened with.
    for (const order of ['ASC', 'DESC']) {
      await db.run(`SET GLOBAL default_order = '${order}'`)
      expect(await values()).toEqual(set(order))
      await loseWorker(db)
      expect(await values()).toEqual(set(order))
      await expect(db.query(readSecret)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    }
    expect(db.stats().workers).toBe(3)
    await db.close()
  })

  it('stays locked where SQL has locked it', async () => {
    const db = await open(':memory:', { resourceLimits })
    await db.run(`SET GLOBAL allowed_paths = ['${secret}']`)
    await db.run('SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true')
    await loseWorker(db)
    expect(await db.query(readSecret)).toEqual([{ content: 'secret' }])
    await expect(db.query("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow()
    await expect(db.run('SET GLOBAL threads = 1')).rejects.toThrow(/locked/)
    await db.close()
  })
})
