/**
 * A server that has its sessions in memory and keeps them in a file: started again, it knows who was logged in.
 *
 * Started as `node sessions.js [database] [port]`, or with DATABASE and PORT in the environment.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DuckDBStorageAdapter, open } from 'duckpaddle'

interface Session {
  readonly user: string
  readonly visits: number
}

const { DATABASE = 'sessions.duckdb', PORT = '3000' } = process.env
const [database = DATABASE, port = PORT] = process.argv.slice(2)

const db = await open(database)
const sessions = new DuckDBStorageAdapter<Session>({ database: db, tableName: 'sessions' })
sessions.on('persistError', (error) => console.error('Sessions are not saved yet:', error))
const { entries } = await sessions.load()

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error)
    if (!response.headersSent) send(response, 500, { error: 'Something went wrong' })
  })
})
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address() as AddressInfo
  console.log(`Listening on http://127.0.0.1:${address.port}, with ${entries} sessions`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

/** Lets requests finish, and saves what they have changed. */
function stop(): void {
  server.close(() => void db.close())
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = /(?:^|; *)sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  switch (`${request.method} ${request.url}`) {
    case 'POST /login': {
      const user = await readUser(request)
      if (user === undefined) return send(response, 400, { error: 'Expected {"user": "..."}' })
      const newId = randomUUID()
      await sessions.set(newId, { user, visits: 0 })
      return send(response, 200, { user }, `sid=${newId}; HttpOnly; SameSite=Lax; Path=/`)
    }
    case 'GET /me': {
      const session = id === undefined ? undefined : await visit(id)
      return session ? send(response, 200, session) : send(response, 401, { error: 'Not logged in' })
    }
    case 'POST /logout':
      if (id !== undefined) await sessions.delete(id)
      return send(response, 200, {}, 'sid=; Max-Age=0; Path=/')
    // For a probe: docs/operations.md.
    case 'GET /healthz': {
      const { status, reasons } = await db.health()
      const codes = reasons.map(({ code }) => code)
      return send(response, status === 'failed' ? 503 : 200, { status, reasons: codes })
    }
    default:
      return send(response, 404, { error: 'Not found' })
  }
}

/** A transaction, so that of two requests at once neither is forgotten. */
function visit(id: string): Promise<Session | undefined> {
  return sessions.transaction(async (store) => {
    const session = await store.get(id)
    if (session === undefined) return undefined
    const visited = { ...session, visits: session.visits + 1 }
    await store.set(id, visited)
    return visited
  })
}

/** The user of a login, if the body is `{"user": "..."}`; of a longer one no more than the beginning is kept. */
async function readUser(request: IncomingMessage): Promise<string | undefined> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) if (body.length < 1000) body += chunk
  try {
    const { user } = JSON.parse(body)
    return typeof user === 'string' && /^[\p{L}\p{N} .-]{1,100}$/u.test(user) ? user : undefined
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, body: object, cookie?: string): void {
  if (cookie !== undefined) response.setHeader('Set-Cookie', cookie)
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
