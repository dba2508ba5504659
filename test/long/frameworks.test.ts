import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { open } from 'duckpaddle'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApplication, install } from '../package/support/installs.js'
import { environment, npm, succeed } from '../package/support/run.js'
import { commandsOf, type DocumentedProgram, programsOf } from '../support/documented-programs.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const page = 'docs/frameworks.md'
const root = fileURLToPath(new URL('../../', import.meta.url))

/** What the page's commands install, each at the version that its recipe was tried with. */
const versions: Readonly<Record<string, string>> = {
  fastify: '5.12.8',
  express: '5.3.0',
  hono: '4.13.19',
  '@hono/node-server': '2.1.9',
  '@nestjs/common': '11.2.10',
  '@nestjs/core': '11.2.10',
  '@nestjs/platform-express': '11.2.10',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
}
/** As in the tsconfig.json that Nest's own command writes, and strict. */
const nestOptions = [
  ...['--strict', '--skipLibCheck', '--experimentalDecorators', '--emitDecoratorMetadata'],
  ...['--module', 'nodenext', '--target', 'es2023', '--types', 'node'],
]
const frameworks = programsOf(page).map((program) => ({ name: nameOf(program), program }))
const application = join(temporaryFolder(), 'application')
const servers: ChildProcess[] = []

beforeAll(async () => {
  await createApplication(application)
  const packed = await npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', application)
  const packages = namedPackages().map(({ name, major }) => {
    if (name === 'duckpaddle') return join(application, packed.trim())
    expect(versions[name], name).toMatch(new RegExp(`^${major ?? ''}`))
    return `${name}@${versions[name]}`
  })
  await install(application, '@types/node@20', ...packages)
})
// Those that a failed test has left.
afterEach(() => {
  for (const server of servers.splice(0)) server.kill('SIGKILL')
})

it('the page has a recipe for each framework', () => {
  expect(frameworks.map(({ name }) => name)).toEqual(['fastify', 'express', 'hono', '@nestjs/core'])
})

describe.each(frameworks)('the recipe for $name', ({ program }) => {
  it('answers when a row is committed, refuses bad ones, and ends without losing any', async () => {
    const folder = mkdtempSync(join(application, 'run-'))
    const { url, post, stop } = await start(folder, await compile(folder, program))
    const get = async (path: string) => {
      const response = await fetch(`${url}${path}`)
      return { status: response.status, body: await response.json() }
    }
    const first = await post({ id: 1, kind: 'login', payload: { user: 'ada' } })
    expect([first.status, JSON.parse(first.body)]).toEqual([201, { inserted: 1 }])

    const rejected = await post({ id: 'two', kind: 'login' })
    expect(rejected.status).toBe(400)
    expect(rejected.body).toContain(
      "Column `id` (BIGINT): expected an integer as number or bigint, got 'two'",
    )
    const bad = [{ id: 2 }, { id: 2 ** 60, kind: 'login' }, { id: 2, kind: 'login', more: 1 }, [], null]
    expect(await Promise.all(bad.map(async (row) => (await post(row)).status))).toEqual(bad.map(() => 400))
    const headers = { 'content-type': 'application/json' }
    const malformed = await fetch(`${url}/events`, { method: 'POST', headers, body: '{"id":' })
    expect(malformed.status).toBe(400)
    expect((await fetch(`${url}/events`, { method: 'POST' })).status).toBe(400)

    const login = { id: 1, kind: 'login', payload: { user: 'ada' } }
    expect(await get('/events/login')).toEqual({ status: 200, body: [login] })
    expect(await get(`/events/${encodeURIComponent("' OR 1 = 1 --")}`)).toEqual({ status: 200, body: [] })
    expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok', codes: [] } })

    // It is told to end while ten clients send row after row, each on a connection that it keeps. Half of them go on for as
    // long as they are answered, the others fall silent.
    const committed: number[] = []
    let isStopping = false
    const clients = Array.from({ length: 10 }, async (_, client) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (let id = 1_000_000 * (client + 1); ; id++) {
        const status = await postBy(agent, url, { id, kind: 'late' }).catch(() => undefined)
        if (status !== 201) return
        committed.push(id)
        if (isStopping && client % 2 === 0) return
      }
    })
    await vi.waitFor(() => expect(committed.length).toBeGreaterThan(50), { timeout: 10_000 })
    const stoppedAtMs = performance.now()
    isStopping = true
    expect(await stop()).toEqual([0, null])
    // Kubernetes waits for 30 s. Connections that are kept alive take 5 s of it.
    expect(performance.now() - stoppedAtMs).toBeLessThan(15_000)
    await Promise.all(clients)
    expect(await storedIds(folder)).toEqual([1, ...committed.toSorted((a, b) => a - b)])
  })

  it('answers 503 when too many rows wait, and 413 when one is too long', async () => {
    const folder = mkdtempSync(join(application, 'run-'))
    const text = program.text.replace('maxWaitingCalls: 10_000', 'maxWaitingCalls: 1')
    expect(text).not.toBe(program.text)
    const { post, stop } = await start(folder, await compile(folder, { ...program, text }))
    const committed: number[] = []
    let refused = 0
    for (let round = 0; round < 20 && refused === 0; round++) {
      const ids = Array.from({ length: 100 }, (_, index) => 100 * round + index)
      const answers = await Promise.all(ids.map((id) => post({ id, kind: 'burst' })))
      for (const [index, { status, body }] of answers.entries()) {
        if (status === 201) committed.push(100 * round + index)
        else {
          expect([status, body]).toEqual([503, expect.stringContaining('maxWaitingCalls')])
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(0)
    // The last request: a server may close the connection, for it does not read the body.
    expect((await post({ id: -1, kind: 'x'.repeat(2 ** 20) })).status).toBe(413)
    expect(await stop()).toEqual([0, null])
    expect(await storedIds(folder)).toEqual(committed)
  })
})

/** What the commands of the page install, and in which major version. */
function namedPackages() {
  const names = commandsOf(page).flatMap((command) => command.trim().split(' ').slice(2))
  return [...new Set(names)].map((text) => {
    const [, name = '', major] = /^(@?[^@]+)(?:@(\d+))?$/.exec(text) ?? []
    return { name, major }
  })
}

/** Which of the frameworks a program imports. */
function nameOf({ text }: DocumentedProgram): string | undefined {
  return ['fastify', 'express', 'hono', '@nestjs/core'].find((name) => text.includes(`from '${name}'`))
}

/** Writes a program into a folder, and resolves to the name of what Node runs. */
async function compile(folder: string, { language, text }: DocumentedProgram): Promise<string> {
  writeFileSync(join(folder, `server.${language}`), text)
  if (language !== 'ts') return `server.${language}`
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  await succeed(process.execPath, [tsc, ...nestOptions, 'server.ts'], folder)
  renameSync(join(folder, 'server.js'), join(folder, 'server.cjs'))
  return 'server.cjs'
}

async function start(folder: string, file: string) {
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { ...environment(), PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  servers.push(child)
  const ended = once(child, 'exit')
  const url = `http://localhost:${await portOf(child)}`
  return {
    url,
    async post(row: unknown) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/events`, { method: 'POST', headers, body: JSON.stringify(row) })
      return { status: response.status, body: await response.text() }
    },
    /** Resolves to the exit code and the signal. */
    stop(): Promise<unknown[]> {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** From the line that says where it listens. What follows is read, too, or the server would wait for a reader. */
function portOf({ stdout, stderr }: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let complaints = ''
  stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  return new Promise((resolve, reject) => {
    createInterface(stdout)
      .on('line', (line) => {
        const [, port] = /http:\/\/\S+:(\d+)/.exec(line) ?? []
        if (port !== undefined) resolve(port)
      })
      .on('close', () => reject(new Error(`The server ended before it listened:\n${complaints}`)))
  })
}

/** Resolves to the status of the answer, when all of it is there. */
function postBy(agent: Agent, url: string, row: object): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    request(`${url}/events`, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () => resolve(response.statusCode))
        .on('error', reject)
    })
      .on('error', reject)
      .end(JSON.stringify(row))
  })
}

async function storedIds(folder: string): Promise<unknown[]> {
  const db = await open(join(folder, 'app.duckdb'), { bigints: 'number' })
  const rows = await db.query('SELECT id FROM events ORDER BY id')
  await db.close()
  return rows.map(({ id }) => id)
}
