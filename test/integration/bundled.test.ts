import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

/** `test/long/bundlers.test.ts` has the rest: the packed package, and every bundler. */
const folder = temporaryFolder()
const root = fileURLToPath(new URL('../..', import.meta.url))

const program = `
  import { DuckDBStorageAdapter, open } from 'duckpaddle'
  async function main() {
    const db = await open(':memory:')
    const store = new DuckDBStorageAdapter({ database: db })
    await store.set('a', 1)
    await store.persist()
    console.log(JSON.stringify(await db.query('FROM storage')))
    await db.close()
    // It is saved by another process.
    void new DuckDBStorageAdapter({ database: process.argv[2] }).set('b', 2)
    process.exit()
  }
  main().catch((error) => console.log(JSON.stringify({ code: error.code, message: error.message })))
`

async function bundle(format: 'esm' | 'cjs'): Promise<string> {
  const outfile = join(mkdtempSync(join(folder, 'bundle-')), format === 'esm' ? 'app.mjs' : 'app.cjs')
  const stdin = { contents: program, resolveDir: root }
  await build({ stdin, bundle: true, platform: 'node', format, outfile, logLevel: 'error' })
  return outfile
}

async function start(file: string, database = 'none'): Promise<{ output: unknown; stderr: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, database])
  return { output: JSON.parse(stdout), stderr }
}

describe.each(fewOf<'esm' | 'cjs'>(['esm'], ['cjs']))('duckpaddle in a bundle (%s)', (format) => {
  it('takes its files from node_modules', async () => {
    const file = await bundle(format)
    const modules = join(file, '..', 'node_modules')
    const installed = join(modules, 'duckpaddle')
    mkdirSync(installed, { recursive: true })
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(installed, 'package.json'))
    for (const name of ['piscina', 'sorted-btree', '@duckdb'])
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    const database = newDatabase(folder)
    expect(await start(file, database)).toEqual({ output: [{ key: 'a', value: 1 }], stderr: '' })
    expect(await readDatabase(database, 'SELECT key FROM storage')).toEqual([{ key: 'b' }])
  })

  it('says at open(), and not at its import, where they are missing', async () => {
    const { output } = await start(await bundle(format))
    expect(output).toEqual({
      code: 'PERSIST_OPEN_FAILED',
      message: expect.stringMatching(/a file of it is missing \(dist\/worker\.js\): .*mark it as external/),
    })
  })
})
