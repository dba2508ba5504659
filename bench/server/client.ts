/**
 * A client in a process of its own: `node client.js <port>`. It sends requests at a fixed rate, whether or not those
 * before them were answered: one that waits for its answers would ask less of a server that is stalled.
 */
import { Agent, get } from 'node:http'
import { monotonicMs } from '../measure/clock.js'
import type { ClientCommand, ClientMessage, ClientRequest } from './served-client.js'

const intervalMs = 5
const warmUpRequests = 300
const port = Number(process.argv[2])
/** As many as a pool of a proxy has; what is due beyond them waits here, and its time runs. */
const agent = new Agent({ keepAlive: true, maxSockets: 100 })

for (let sent = 0; sent < warmUpRequests; sent++) await request()
let isEnding = false
process.on('message', (command: ClientCommand) => {
  if (command === 'begin') void run()
  else isEnding = true
})
// The trial is gone, whatever the reason.
process.on('disconnect', () => process.exit())
send('ready')

async function run(): Promise<void> {
  const answered: Promise<ClientRequest>[] = []
  for (let dueAtMs = monotonicMs() + intervalMs; !isEnding; dueAtMs += intervalMs) {
    while (monotonicMs() < dueAtMs && !isEnding) await new Promise((resolve) => setTimeout(resolve, 1))
    answered.push(measure(dueAtMs))
  }
  send(await Promise.all(answered))
}

async function measure(dueAtMs: number): Promise<ClientRequest> {
  await request()
  return { dueAtMs, latencyMs: monotonicMs() - dueAtMs }
}

function request(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    sent.on('error', reject)
  })
}

function send(message: ClientMessage): void {
  process.send?.(message)
}
