/**
 * Four processes that each serve HTTP and persist an event per request, to one database.
 *
 *     node cluster.js quack               one process has the file, and serves it to the others
 *     node cluster.js ducklake '<dsn>'    each writes to a DuckLake, whose catalog is in PostgreSQL
 *
 * Two of the processes are killed on the way, and started again. At the end, every event that was acknowledged must be there
 * once.
 */
import cluster, { type Worker } from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'

const processes = 4
const requestsAtOnce = 64
/** In milliseconds: a request without an answer by then has failed. */
const patience = 10_000

/** How the events are reached; the same for all processes. */
interface Access {
  readonly database: string
  readonly options: OpenOptions
}

/** Where extensions are, unless they are to be downloaded. */
const { DUCKDB_EXTENSIONS: extensionFolder, ACCESS: given = '', EVENTS = '20000' } = process.env

function load(...names: readonly string[]): OpenOptions {
  if (extensionFolder === undefined) return { extensions: names, installExtensions: true }
  return { extensions: names.map((name) => join(extensionFolder, `${name}.duckdb_extension`)) }
}

const columns = { id: 'VARCHAR NOT NULL', at: 'TIMESTAMP', process: 'INTEGER' } as const

if (cluster.isPrimary) await runPrimary()
else await runServer()

/** One of the four: persists an event for each request, and answers when it is committed. */
async function runServer(): Promise<void> {
  const { database, options }: Access = JSON.parse(given)
  const db = await open(database, options)
  const events = await db.table('events', { columns })
  const server = createServer(async (request, response) => {
    try {
      const id = decodeURIComponent(request.url?.slice(1) ?? '')
      await events.persist([{ id, at: new Date(), process: process.pid }])
      response.writeHead(204).end()
    } catch (error) {
      response.writeHead(503).end(String(error))
    }
  })
  server.listen(0, '127.0.0.1')
}

async function runPrimary(): Promise<void> {
  const [, , engine, ...rest] = process.argv
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'))
  const count = Number(EVENTS)
  let owner: PersistenceService | undefined
  try {
    const { access, served } = await prepare(engine, folder, rest)
    owner = served
    const acknowledged = await sendAll(access, count)
    await check(owner ?? (await open(access.database, access.options)), acknowledged, count)
  } finally {
    await owner?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  process.exit()
}

async function prepare(
  engine: string | undefined,
  folder: string,
  [dsn = '']: readonly string[],
): Promise<{ readonly access: Access; readonly served?: PersistenceService }> {
  if (engine === 'quack') {
    const [address, token] = ['localhost:19595', randomUUID()]
    const served = await open(join(folder, 'events.duckdb'), {
      ...load('httpfs', 'quack'),
      init: `CALL quack_serve('quack:${address}', token = '${token}')`,
    })
    await served.table('events', { columns })
    const init = `CREATE SECRET (TYPE quack, TOKEN '${token}')`
    return { access: { database: `quack:${address}`, options: { ...load('httpfs', 'quack'), init } }, served }
  }
  if (engine === 'ducklake') {
    const schema = `events_${process.pid}`
    const init = `CREATE SECRET lake (TYPE ducklake, METADATA_PATH 'postgres:${dsn}', DATA_PATH '${folder}', METADATA_SCHEMA '${schema}')`
    const access = { database: 'ducklake:lake', options: { ...load('ducklake', 'postgres_scanner'), init } }
    const db = await open(access.database, access.options)
    await db.table('events', { columns })
    await db.close()
    return { access }
  }
  throw new Error('Expected `quack`, or `ducklake` and how to reach PostgreSQL')
}

/** Sends events to all processes, and kills two of them; resolves to those that were acknowledged. */
async function sendAll(access: Access, count: number): Promise<Set<string>> {
  const ports: number[] = []
  const start = async () => {
    const worker = cluster.fork({ ACCESS: JSON.stringify(access) })
    const ended = once(worker, 'exit').then(() =>
      Promise.reject(new Error('A process has ended before it served')),
    )
    const [address] = (await Promise.race([once(worker, 'listening'), ended])) as [AddressInfo]
    ended.catch(() => undefined)
    return { worker, port: address.port }
  }
  const workers: Worker[] = []
  for (let index = 0; index < processes; index++) {
    const { worker, port } = await start()
    workers.push(worker)
    ports.push(port)
  }
  const acknowledged = new Set<string>()
  let sent = 0
  const client = async () => {
    while (sent < count) {
      const id = `event ${sent++}`
      const port = ports[sent % ports.length]
      const response = await fetch(`http://127.0.0.1:${port}/${encodeURIComponent(id)}`, {
        // Of a connection that was on its way to a process when that was killed, Node's cluster says nothing.
        signal: AbortSignal.timeout(patience),
      }).catch(() => undefined)
      if (response?.status === 204) acknowledged.add(id)
    }
  }
  const clients = Array.from({ length: requestsAtOnce }, client)
  for (const victim of [0, 1]) {
    // Somewhere in this part of the events.
    const moment = (count * (victim + Math.random())) / 3
    while (sent < moment) await new Promise((resume) => setTimeout(resume, 10))
    const killed = workers[victim]?.process
    killed?.kill('SIGKILL')
    console.log(`killed process ${killed?.pid} after ${sent} events`)
    const { worker, port } = await start()
    workers[victim] = worker
    ports[victim] = port
  }
  await Promise.all(clients)
  for (const worker of workers) worker.process.kill('SIGKILL')
  return acknowledged
}

async function check(
  db: PersistenceService,
  acknowledged: ReadonlySet<string>,
  count: number,
): Promise<void> {
  const rows = await db.query<{ id: string; n: bigint }>('SELECT id, count(*) AS n FROM events GROUP BY id')
  const written = new Map(rows.map(({ id, n }) => [id, n]))
  const missing = [...acknowledged].filter((id) => !written.has(id))
  const twice = rows.filter(({ n }) => n > 1n)
  console.log(`${count} events sent, ${acknowledged.size} acknowledged, ${rows.length} written`)
  console.log(`${missing.length} acknowledged events are missing, ${twice.length} are there twice`)
  if (missing.length + twice.length > 0) process.exitCode = 1
  await db.close()
}
