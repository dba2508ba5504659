import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LiveSamples } from './live-samples.js'
import { LiveStreams } from './live-streams.js'
import { type PageFile, readPageFiles } from './page-files.js'
import type { Runs } from './runs.js'

const host = '127.0.0.1'
const maxBodyBytes = 1000

/** What the page may do: everything from this server, and nothing from elsewhere or from within the HTML. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/** Serves the page, its live events, and its buttons; to this machine alone. */
export class DemoServer {
  readonly #runs: Runs
  readonly #streams: LiveStreams
  readonly #server: Server
  #files: ReadonlyMap<string, PageFile> = new Map()
  #hosts: ReadonlySet<string> = new Set()

  constructor(samples: LiveSamples, runs: Runs) {
    this.#runs = runs
    this.#streams = new LiveStreams(samples, runs)
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        console.error(error)
        if (!response.headersSent) sendJson(response, 500, { error: 'Something went wrong' })
      })
    })
  }

  /** @returns the address of the page. */
  async listen(port: number): Promise<string> {
    this.#files = await readPageFiles()
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const address = this.#server.address() as AddressInfo
    const names = [host, 'localhost']
    // Browsers leave out the port of HTTP.
    this.#hosts = new Set(names.map((name) => (address.port === 80 ? name : `${name}:${address.port}`)))
    return `http://${host}:${address.port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    // Names of other sites may lead to this address, too.
    if (!this.#hosts.has(request.headers.host ?? '')) {
      return sendJson(response, 421, { error: 'This server has another name' })
    }
    const { method, url = '' } = request
    if (method === 'POST' && url === '/runs') return this.#start(request, response)
    if (method !== 'GET') return sendJson(response, 405, { error: 'Expected GET, or POST /runs' })
    if (url === '/ping') return void response.writeHead(204, { 'Cache-Control': 'no-store' }).end()
    if (url === '/live') {
      if (!this.#streams.add(response)) sendJson(response, 503, { error: 'Too many pages are open' })
      return
    }
    const file = this.#files.get(url)
    if (file === undefined) return sendJson(response, 404, { error: 'Not found' })
    response.writeHead(200, { 'Content-Type': file.type, 'Cache-Control': 'no-cache' }).end(file.content)
  }

  async #start(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A form of another site cannot send JSON.
    if (request.headers['content-type'] !== 'application/json') {
      return sendJson(response, 415, { error: 'Expected application/json' })
    }
    const way = await readWay(request)
    if (!this.#runs.isWay(way)) {
      return sendJson(response, 400, {
        error: 'Expected {"way": "insert", "appender", "persist" or "single"}',
      })
    }
    if (!this.#runs.start(way)) return sendJson(response, 409, { error: 'Another one is running' })
    sendJson(response, 202, {})
  }
}

/** What the body says; of a longer one no more than the beginning is kept. */
async function readWay(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) if (body.length <= maxBodyBytes) body += chunk
  try {
    const content: unknown = JSON.parse(body)
    return typeof content === 'object' && content !== null && 'way' in content ? content.way : undefined
  } catch {
    return undefined
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
