import { type Channel, tracingChannel } from 'node:diagnostics_channel'
import type { Trace, TraceContexts } from 'duckpaddle'
import { afterEach } from 'vitest'

type Name = keyof TraceContexts
type TraceEvent = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'

const events: readonly TraceEvent[] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']
const stops: (() => void)[] = []
afterEach(stopRecording)

/** What is published until the test ends, or `stopRecording()` is called. */
export interface Recorded {
  /** Names without `duckpaddle:`, and events, in their order: `persist start`. */
  readonly events: string[]
  /** The contexts of what has ended, in the order of their ends. */
  ended<Channel extends Name>(name: Channel): TraceContexts[Channel][]
}

export function recordTraces(...names: readonly Name[]): Recorded {
  const recorded: string[] = []
  const ended: { readonly name: Name; readonly context: Trace }[] = []
  for (const name of names) {
    for (const event of events) {
      listen(tracingChannel<unknown, Trace>(name)[event], (context) => {
        recorded.push(`${name.replace('duckpaddle:', '')} ${event}`)
        if (event === 'asyncEnd') ended.push({ name, context })
      })
    }
  }
  return {
    events: recorded,
    ended: <Channel extends Name>(name: Channel) =>
      ended.filter((end) => end.name === name).map(({ context }) => context as TraceContexts[Channel]),
  }
}

/** Calls a listener with the contexts of one event, until the test ends. */
export function onTrace<Channel extends Name>(
  name: Channel,
  event: TraceEvent,
  listener: (context: TraceContexts[Channel]) => void,
): void {
  listen(tracingChannel<unknown, Trace>(name)[event], (context) =>
    listener(context as TraceContexts[Channel]),
  )
}

export function stopRecording(): void {
  for (const stop of stops.splice(0)) stop()
}

function listen(channel: Channel<unknown, Trace>, listener: (context: Trace) => void): void {
  const listen = (context: unknown) => listener(context as Trace)
  channel.subscribe(listen)
  stops.push(() => channel.unsubscribe(listen))
}
