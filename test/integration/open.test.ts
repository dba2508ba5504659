import { execFile } from 'node:child_process'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** Opens the file in another process, and resolves to what that process prints. */
async function openElsewhere(path: string): Promise<string> {
  const program = `
    import { open } from 'duckpaddle'
    const db = await open(${JSON.stringify(path)}).catch((error) => error)
    console.log(db.code ?? 'opened')
    await db.close?.()
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return stdout.trim()
}

describe('open()', () => {
  it('refuses a file that this process has open, by whatever name', async () => {
    const path = newDatabase(folder)
    const db = await open(path)
    await db.run('CREATE TABLE t (a INTEGER)')
    await db.checkpoint()
    const link = join(folder, 'link.duckdb')
    symlinkSync(path, link)
    const hardLink = join(folder, 'hard-link.duckdb')
    linkSync(path, hardLink)
    const linkedFolder = join(folder, 'linked-folder')
    symlinkSync(dirname(path), linkedFolder)
    const names = [path, relative('.', path), link, hardLink, join(linkedFolder, basename(path))]
    for (const name of names) {
      await expect(open(name), name).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    }
    await db.close()
    for (const name of fewOf([link], names)) await (await open(name)).close()
  })

  it('refuses the second of two opens at once of a file that does not exist yet', async () => {
    const path = newDatabase(folder)
    const dangling = join(folder, 'dangling.duckdb')
    symlinkSync(path, dangling)
    const results = await Promise.allSettled([open(path), open(dangling), open(path)])
    const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
    expect(opened).toHaveLength(1)
    expect(refused).toEqual(['PERSIST_ALREADY_OPEN', 'PERSIST_ALREADY_OPEN'])
    await opened[0]?.close()
  })

  it.runIf(process.platform === 'linux')(
    'refuses a file that another client in this process has open',
    async () => {
      const path = newDatabase(folder)
      const instance = await DuckDBInstance.create(path)
      await expect(open(path)).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
      instance.closeSync()
      await (await open(path)).close()
    },
  )

  it('keeps other processes out until it is closed, and not a moment longer', async () => {
    const path = newDatabase(folder)
    const db = await open(path)
    expect(await openElsewhere(path)).toBe('PERSIST_DATABASE_LOCKED')
    await db.close()
    expect(await openElsewhere(path)).toBe('opened')
  })

  it('says what it cannot open, and can open it once that is mended', async () => {
    const path = newDatabase(folder)
    writeFileSync(path, 'this is no database, though it is long enough to be taken for one'.repeat(100))
    await expect(open(path)).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    await expect(open(join(folder, 'missing', 'x.duckdb'))).rejects.toMatchObject({
      code: 'PERSIST_OPEN_FAILED',
    })
    const config = { no_such_setting: 1 }
    await expect(open(newDatabase(folder), { config })).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    mkdirSync(join(folder, 'missing'))
    await (await open(join(folder, 'missing', 'x.duckdb'))).close()
  })

  it('refuses misuse at once', async () => {
    await expect(open('')).rejects.toThrow(TypeError)
    await expect(open(5 as never)).rejects.toThrow(TypeError)
    await expect(open('s3://bucket/file')).rejects.toThrow(TypeError)
    await expect(open(':memory:', { thread: 1 } as never)).rejects.toThrow(/thread/)
    await expect(open(':memory:', { threads: 0 })).rejects.toThrow(RangeError)
    await expect(open(':memory:', { threads: '1' as never })).rejects.toThrow(TypeError)
    await expect(open(':memory:', { sliceBudgetMs: Number.NaN })).rejects.toThrow(RangeError)
    await expect(open(':memory:', { memoryLimit: 'lots' })).rejects.toThrow(RangeError)
    await expect(open(':memory:', { maxInFlightBytes: -1 })).rejects.toThrow(RangeError)
  })

  it('has safe defaults, which config overrides', async () => {
    const settings = [
      'autoinstall_known_extensions',
      'allow_community_extensions',
      'threads',
      'memory_limit',
      'TimeZone',
    ]
    const sql = `SELECT ${settings.map((name) => `current_setting('${name}')::VARCHAR AS ${name}`).join(', ')}`
    const db = await open(':memory:', { memoryLimit: '1GiB', threads: 1 })
    expect(await db.query(sql)).toEqual([
      {
        autoinstall_known_extensions: 'false',
        allow_community_extensions: 'false',
        threads: '1',
        memory_limit: '1.0 GiB',
        TimeZone: 'UTC',
      },
    ])
    await db.close()
    const config = { autoinstall_known_extensions: true, TimeZone: 'Asia/Tokyo' }
    const other = await open(':memory:', { config, memoryLimit: 512 * 1024 * 1024 })
    expect(await other.query(sql)).toMatchObject([
      { autoinstall_known_extensions: 'true', memory_limit: '512.0 MiB', TimeZone: 'Asia/Tokyo' },
    ])
    await other.close()
  })

  it('for reading only, refuses to write', async () => {
    const path = newDatabase(folder)
    const writer = await open(path)
    const table = await writer.table('t', { columns: { a: 'INTEGER' } })
    await table.persist([{ a: 1 }])
    await writer.close()
    const reader = await open(path, { readOnly: true })
    expect(await reader.query('SELECT a FROM t')).toEqual([{ a: 1 }])
    const readOnlyTable = await reader.table('t')
    await expect(readOnlyTable.persist([{ a: 2 }])).rejects.toMatchObject({ code: 'PERSIST_READ_ONLY' })
    await expect(reader.run('DELETE FROM t')).rejects.toMatchObject({ code: 'PERSIST_READ_ONLY' })
    await reader.close()
  })
})
