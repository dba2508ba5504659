import type { ServerResponse } from 'node:http'
import type { LiveSamples } from './live-samples.js'
import type { LiveEvents, Sample } from './messages.js'
import type { Runs } from './runs.js'

const maxStreams = 16
/** A page that has not read for so long is better off with a new stream. */
const maxUnreadBytes = 1024 * 1024

/** Server-sent events of everything that is live, to every page that is open. */
export class LiveStreams {
  readonly #samples: LiveSamples
  readonly #runs: Runs
  readonly #responses: Set<ServerResponse> = new Set()

  constructor(samples: LiveSamples, runs: Runs) {
    this.#samples = samples
    this.#runs = runs
    samples.on('sample', (sample: Sample) =>
      this.#sendAll('sample', { ...sample, rowsOfRun: runs.rowsOfRun }),
    )
    samples.on('health', (health) => this.#sendAll('health', health))
    runs.on('state', (state) => this.#sendAll('state', state))
  }

  /** @returns whether there is room for another one. */
  add(response: ServerResponse): boolean {
    if (this.#responses.size >= maxStreams) return false
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write('retry: 1000\n\n')
    this.#send(response, 'history', this.#samples.history)
    this.#send(response, 'state', this.#runs.state)
    this.#responses.add(response)
    response.on('close', () => this.#responses.delete(response))
    return true
  }

  #sendAll<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void {
    for (const response of this.#responses) this.#send(response, name, data)
  }

  #send<Name extends keyof LiveEvents>(response: ServerResponse, name: Name, data: LiveEvents[Name]): void {
    if (response.writableLength > maxUnreadBytes) response.destroy()
    else response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }
}
