import type { LiveEvents } from '../messages.js'

type Listeners = { readonly [Name in keyof LiveEvents]: (data: LiveEvents[Name]) => void }

/** Hears the server's events; the browser connects again by itself. */
export class LiveSource {
  readonly #source: EventSource = new EventSource('/live')
  #lastMs: number = Date.now()

  constructor(listeners: Listeners) {
    this.#listen('history', listeners.history)
    this.#listen('sample', listeners.sample)
    this.#listen('state', listeners.state)
    this.#listen('health', listeners.health)
  }

  /** False when the server is gone, and as the page begins. */
  get isConnected(): boolean {
    return this.#source.readyState === EventSource.OPEN
  }

  /** For how many milliseconds nothing has come. */
  silenceMs(nowMs: number): number {
    return nowMs - this.#lastMs
  }

  #listen<Name extends keyof LiveEvents>(name: Name, listener: (data: LiveEvents[Name]) => void): void {
    this.#source.addEventListener(name, ({ data }) => {
      this.#lastMs = Date.now()
      // The server and this page are of one build.
      listener(JSON.parse(data) as LiveEvents[Name])
    })
  }
}
