import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { open } from 'duckpaddle'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../package/support/run.js'
import { programsOf } from '../support/documented-programs.js'
import { extensionFile, extensionNames, root } from './support/extensions.js'
import { postgresConnection } from './support/postgres.js'
import { stopQuack } from './support/quack.js'

/** In the application, whose duckpaddle and DuckDB the programs have; it is their home, too. */
const folder = mkdtempSync(join(root, 'build/remote/application/documents-'))
const lake = join(folder, 'lake')
/** What stands on the page, and where it is here. */
const places = [
  ['database.internal:9494', 'localhost:19495'],
  ['localhost:9494', 'localhost:19495'],
  ['host=db.internal dbname=lake', postgresConnection()],
  ['/mnt/lake', lake],
] as const
let server: ChildProcess | undefined

/** Extensions by their names are those of DuckDB's extension directory, which is in the home. */
beforeAll(async () => {
  Object.assign(process.env, { HOME: folder, QUACK_TOKEN: 'a token of the page' })
  const db = await open(':memory:')
  const [row] = await db.query('PRAGMA platform')
  const directory = join(folder, '.duckdb/extensions', db.stats().duckdbVersion, String(row?.platform))
  await db.close()
  mkdirSync(directory, { recursive: true })
  for (const name of extensionNames)
    symlinkSync(extensionFile(name), join(directory, `${name}.duckdb_extension`))
  mkdirSync(lake)
})
afterAll(async () => {
  if (server !== undefined) await stopQuack(server)
  rmSync(folder, { recursive: true, force: true })
})

/** Writes the program of the page that has a text in it, with the addresses of here, and goes on with `rest`. */
async function write(text: string, rest: string): Promise<string> {
  const found = programsOf('docs/scaling.md').filter((program) => program.text.includes(text))
  expect(found).toHaveLength(1)
  const { code } = await transform(`${found[0]?.text}\n${rest}`, {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
  })
  const program = places.reduce((all, [there, here]) => all.replaceAll(there, here), code)
  const path = join(folder, `${text.replaceAll(/\W+/g, '-')}.mjs`)
  writeFileSync(path, program)
  return path
}

it('one process of docs/scaling.md serves a file by Quack, and another persists to it', async () => {
  const serving = await write('quack_serve', 'console.log("ready"); setInterval(() => served, 1 << 30)')
  server = spawn(process.execPath, [serving], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([
    once(createInterface({ input: server.stdout ?? process.stdin }), 'line'),
    once(server, 'exit').then(([code]) => expect(code).toBe('none yet')),
  ])
  const rest = 'console.log(await db.query("SELECT id, kind FROM events")); await db.close()'
  const ran = await run(process.execPath, [await write('CREATE SECRET (TYPE quack', rest)], folder)
  expect(ran).toEqual({ code: 0, stdout: "[ { id: 1n, kind: 'login' } ]\n", stderr: '' })
})

it('the DuckLake of docs/scaling.md takes rows', async () => {
  const rest = `
    const events = await db.table('page_events', { columns: { id: 'BIGINT' } })
    console.log((await events.persist([{ id: 1 }, { id: 2 }])).inserted, db.stats().fileBytes)
    await db.run('DROP TABLE page_events')
    await db.close()`
  const ran = await run(process.execPath, [await write('ducklake:lake', rest)], folder)
  // A catalog of another engine has no file here.
  expect(ran).toEqual({ code: 0, stdout: '2 0\n', stderr: '' })
})
