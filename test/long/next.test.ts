import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { recipesOf, runCommands, writeFiles } from '../support/documented-recipes.js'
import { copyTools, installPacked, installTools } from '../support/installed-tools.js'
import { readDatabase } from '../support/read-database.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const packages = ['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1']
const recipe = recipesOf('docs/bundlers.md').get('Next.js')
const commands = recipe?.commands ?? []
const route = 'app/events/route.js'
const rows = Array.from({ length: 1000 }, (_, id) => ({ id, kind: id % 2 === 0 ? 'login' : 'logout' }))
const both = [
  { kind: 'login', n: 500 },
  { kind: 'logout', n: 500 },
]
const serversMs = 60_000

const folder = temporaryFolder()
const application = join(folder, 'application')
const servers: ChildProcess[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server)
})

// It installs 350 MB.
describe.skipIf(process.env.WITHOUT_NEXT !== undefined)('an application of Next', () => {
  beforeAll(async () => {
    copyTools(await installTools(packages), application)
    await installPacked(application)
    writeFiles(application, recipe?.files ?? new Map())
    process.env.NEXT_TELEMETRY_DISABLED = '1'
  })
  afterAll(() => {
    delete process.env.NEXT_TELEMETRY_DISABLED
  })

  it('runs from its standalone output, elsewhere, and has committed what it has answered', async () => {
    await runCommands(commands.slice(0, -1), application, application)
    const alone = mkdtempSync(join(folder, 'standalone-'))
    cpSync(join(application, '.next', 'standalone'), alone, { recursive: true, verbatimSymlinks: true })
    renameSync(application, `${application}-away`)
    try {
      const [server, url] = await start(alone, ['server.js'])
      expect(await post(url)).toEqual({ inserted: 1000 })
      expect(await (await fetch(url)).json()).toEqual(both)
      await stop(server)
    } finally {
      renameSync(`${application}-away`, application)
    }
    const found = await readDatabase(join(alone, 'app.duckdb'), 'SELECT count(*)::INTEGER AS n FROM events')
    expect(found).toEqual([{ n: 1000 }])
  })

  it('goes on with the same service when its modules are loaded anew by `next dev`', async () => {
    const program = join(application, 'node_modules', 'next', 'dist', 'bin', 'next')
    const text = recipe?.files.get(route) ?? ''
    const [, url] = await start(application, [program, 'dev'])
    expect(await post(url)).toEqual({ inserted: 1000 })
    for (const kind of ['first', 'second']) {
      const inserting = text.replace('await request.json()', `[{ id: 1000, kind: '${kind}' }]`)
      writeFileSync(join(application, route), inserting)
      const module = recipe?.files.get('lib/database.js') ?? ''
      writeFileSync(join(application, 'lib', 'database.js'), `${module}\n// ${kind}\n`)
      const postAndRead = async () => [await post(url), await kindsOf(url)]
      const expected = [{ inserted: 1 }, expect.arrayContaining([kind, 'login', 'logout'])]
      await expect.poll(postAndRead, { timeout: serversMs, interval: 200 }).toEqual(expected)
    }
  })
})

/** Starts a server, and resolves to it and the address of its route once it answers. */
async function start(cwd: string, args: readonly string[]): Promise<[ChildProcess, string]> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), HOSTNAME: '127.0.0.1', NODE_ENV: undefined }
  const server = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] as const })
  servers.push(server)
  const url = `http://127.0.0.1:${port}/events`
  const isThere = () =>
    fetch(`http://127.0.0.1:${port}/none`).then(
      ({ status }) => status,
      () => undefined,
    )
  await expect.poll(isThere, { timeout: serversMs, interval: 100 }).toBe(404)
  return [server, url]
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await exited
}

async function post(url: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(rows) })
  return response.ok ? await response.json() : await response.text()
}

async function kindsOf(url: string): Promise<string[]> {
  const counts = (await (await fetch(url)).json()) as { kind: string }[]
  return counts.map(({ kind }) => kind)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
