import type { AsyncLocalStorage } from 'node:async_hooks'
import { type Channel, tracingChannel } from 'node:diagnostics_channel'
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace as tracing,
} from '@opentelemetry/api'
import type { CommitTrace, PersistTrace, Trace, WorkerTrace } from 'duckpaddle'
import { attributesOf, type ChannelName } from './span-attributes.js'

/** Commits whose calls may still have to refer to them. */
const mostCommits = 1000

const channelNames: readonly ChannelName[] = [
  'duckpaddle:open',
  'duckpaddle:persist',
  'duckpaddle:commit',
  'duckpaddle:query',
  'duckpaddle:transaction',
  'duckpaddle:checkpoint',
  'duckpaddle:worker',
]

/**
 * Makes a span of everything that duckpaddle does, under the span of its caller.
 *
 * A commit that several calls share has no parent: the spans of the calls are linked with it.
 *
 * @param storage - Where OpenTelemetry's context manager keeps its context.
 * @returns a function that ends this.
 */
export function traceDuckpaddle(tracer: Tracer, storage: AsyncLocalStorage<Context>): () => void {
  const ends = channelNames.map((name) => traceChannel(name, tracer, storage))
  return () => {
    for (const end of ends) end()
  }
}

const spans = new WeakMap<Trace, Span>()
const commits = new Map<number, SpanContext>()

function traceChannel(name: ChannelName, tracer: Tracer, storage: AsyncLocalStorage<Context>): () => void {
  const channel = tracingChannel<unknown, Trace>(name)
  const start = (trace: Trace): Context => {
    const parent = isShared(name, trace) ? ROOT_CONTEXT : context.active()
    const span = tracer.startSpan(name.replace(':', '.'), {}, parent)
    spans.set(trace, span)
    if (name === 'duckpaddle:commit') remember((trace as CommitTrace).id, span.spanContext())
    return tracing.setSpan(parent, span)
  }
  const end = (trace: Trace) => {
    const span = spans.get(trace)
    if (span === undefined) return
    span.setAttributes(attributesOf(name, trace))
    const commit =
      name === 'duckpaddle:persist' ? commits.get((trace as PersistTrace).commit ?? 0) : undefined
    if (commit !== undefined) span.addLink({ context: commit })
    span.end()
  }
  const fail = (trace: Trace) => {
    const span = spans.get(trace)
    const { error } = trace
    // Its message may quote values of rows, or of parameters.
    span?.recordException(error instanceof Error ? error : String(error))
    span?.setStatus({ code: SpanStatusCode.ERROR })
  }
  // The loss of a worker has no asynchronous part.
  const endLoss = (trace: Trace) => {
    if (name === 'duckpaddle:worker' && (trace as WorkerTrace).event === 'loss') end(trace)
  }
  // The storage has the new context for as long as what the span is of runs, and what it calls.
  channel.start.bindStore(storage, (trace) => start(trace as Trace))
  const stops = [
    listen(channel.error, fail),
    listen(channel.end, endLoss),
    listen(channel.asyncEnd, end),
    () => channel.start.unbindStore(storage),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function listen(channel: Channel<unknown, Trace>, listener: (trace: Trace) => void): () => void {
  // All that is published there are traces.
  const listen = (trace: unknown) => listener(trace as Trace)
  channel.subscribe(listen)
  return () => void channel.unsubscribe(listen)
}

function isShared(name: ChannelName, trace: Trace): boolean {
  return name === 'duckpaddle:commit' && (trace as CommitTrace).kind === 'group'
}

function remember(id: number, commit: SpanContext): void {
  commits.set(id, commit)
  const [oldest] = commits.keys()
  if (commits.size > mostCommits && oldest !== undefined) commits.delete(oldest)
}
