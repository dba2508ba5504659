import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./client.js', import.meta.url))

/** What a client reports: that it is ready, and in the end what became of its requests. */
export type ClientMessage = 'ready' | readonly ClientRequest[]

export type ClientCommand = 'begin' | 'end'

export interface ClientRequest {
  /** When it was to be sent, by the clock of `monotonicMs()`. */
  readonly dueAtMs: number
  /** From then to the end of the answer: one that had to be sent late was late for those who wait. */
  readonly latencyMs: number
}

/** A server on this thread, and a client in another process that calls it. Resolves when both are warm. */
export async function serveClient() {
  let answered = 0
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ answered: ++answered, at: new Date() }))
  })
  // A connection that the server closes as a request comes in would be an error, and not a latency.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Expected a port')
  const client = fork(program, [String(address.port)])
  await receive(client)
  return {
    /** Has the client send requests from now on. */
    begin: () => client.send('begin' satisfies ClientCommand),
    /** Resolves when every request is answered, and both are gone. */
    async end(): Promise<readonly ClientRequest[]> {
      client.send('end' satisfies ClientCommand)
      const requests = await receive(client)
      client.disconnect()
      await once(client, 'exit')
      server.closeAllConnections()
      server.close()
      return requests === 'ready' ? [] : requests
    },
  }
}

/** Rejects if the client ends instead. */
async function receive(client: ChildProcess): Promise<ClientMessage> {
  const ended = once(client, 'exit').then(([code]) => {
    throw new Error(`The client ended with exit code ${code}`)
  })
  const [message]: ClientMessage[] = await Promise.race([once(client, 'message'), ended])
  return message ?? []
}
