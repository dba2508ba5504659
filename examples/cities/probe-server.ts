import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'

/** The client asks this often, whether it has been answered or not. */
const requestIntervalMs = 5

/** How long requests took, counted from when each was due: a server that stalls makes those after it wait as well. */
export interface Latencies {
  /** Latencies in milliseconds since the last call. */
  take(): Promise<number[]>
  close(): Promise<void>
}

/** The client, in a thread of its own, so that it keeps time while this thread is held. */
const client = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { get, Agent } = require('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let latencies = []
  let due = performance.now()
  let underWay = 0
  let asked = false
  const answer = () => {
    if (!asked || underWay > 0) return
    parentPort.postMessage(latencies)
    latencies = []
    asked = false
  }
  const timer = setInterval(() => {
    for (; due <= performance.now(); due += workerData.intervalMs) {
      const start = due
      underWay++
      get({ port: workerData.port, host: '127.0.0.1', agent }, (response) => {
        response.resume().on('end', () => {
          latencies.push(performance.now() - start)
          underWay--
          answer()
        })
      }).on('error', () => underWay--)
    }
  }, 1)
  parentPort.on('message', (message) => {
    if (message === 'take') {
      asked = true
      answer()
    } else {
      clearInterval(timer)
      agent.destroy()
      parentPort.close()
    }
  })
`

/** Starts a local HTTP server, and a client that measures it all the while. */
export async function startProbeServer(): Promise<Latencies> {
  const server = createServer((_, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const worker = new Worker(client, { eval: true, workerData: { port, intervalMs: requestIntervalMs } })
  return {
    take: () =>
      new Promise((resolve) => {
        worker.once('message', resolve)
        worker.postMessage('take')
      }),
    close: async () => {
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage('close')
      await exited
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
