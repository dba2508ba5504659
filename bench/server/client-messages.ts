/** What a client tells: that it is ready, and in the end what became of its requests. */
export type ClientMessage = 'ready' | readonly ClientRequest[]

/** What a client is told. */
export type ClientCommand = 'begin' | 'end'

export interface ClientRequest {
  /** When it was to be sent, by the clock of `monotonicMs()`. */
  readonly dueAtMs: number
  /** From then to the end of the answer: one that had to be sent late was late for whoever waits. */
  readonly latencyMs: number
}
