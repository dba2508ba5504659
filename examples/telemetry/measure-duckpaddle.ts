import { tracingChannel } from 'node:diagnostics_channel'
import type { Meter } from '@opentelemetry/api'
import type { CommitTrace, PersistenceService, PersistTrace, QueryTrace, Trace } from 'duckpaddle'

/** Of https://opentelemetry.io/docs/specs/semconv/database/database-metrics/, in seconds. */
const boundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const

/** Measures calls as they end, and what a service says of itself whenever metrics are read. @returns a function that ends this. */
export function measureDuckpaddle(meter: Meter, db: PersistenceService): () => void {
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: [...boundaries] } }
  const duration = meter.createHistogram('db.client.operation.duration', seconds)
  const waiting = meter.createHistogram('duckpaddle.persist.waiting', seconds)
  const rows = meter.createCounter('duckpaddle.rows', { unit: '{row}' })
  const callsPerCommit = meter.createHistogram('duckpaddle.commit.calls', {
    unit: '{call}',
    advice: { explicitBucketBoundaries: [1, 10, 100, 1000, 10_000] },
  })
  const ends = [
    onEnd<PersistTrace>('duckpaddle:persist', ({ totalMs = 0, waitingMs, table, error, ...trace }) => {
      const attributes = {
        'db.operation.name': 'persist',
        'db.collection.name': `${table.schema}.${table.name}`,
      }
      duration.record(totalMs / 1000, { ...attributes, ...errorType(error) })
      if (waitingMs !== undefined) waiting.record(waitingMs / 1000)
      rows.add((trace.inserted ?? 0) + (trace.updated ?? 0), { outcome: 'written' })
      rows.add(trace.rejected ?? 0, { outcome: 'rejected' })
    }),
    onEnd<QueryTrace>('duckpaddle:query', ({ kind, totalMs = 0, error }) => {
      duration.record(totalMs / 1000, { 'db.operation.name': kind, ...errorType(error) })
    }),
    onEnd<CommitTrace>('duckpaddle:commit', ({ calls }) => callsPerCommit.record(calls)),
  ]
  const gauges = ['waiting', 'inFlightBytes', 'fileBytes', 'walBytes', 'memoryBytes', 'workers'] as const
  for (const name of gauges) {
    const gauge = meter.createObservableGauge(`duckpaddle.${name}`)
    gauge.addCallback((result) => result.observe(db.stats()[name]))
  }
  return () => {
    for (const end of ends) end()
  }
}

function onEnd<Context extends Trace>(name: string, asyncEnd: (trace: Context) => void): () => void {
  const channel = tracingChannel<unknown, Context>(name).asyncEnd
  // What the channel of that name publishes.
  const listener = (trace: unknown) => asyncEnd(trace as Context)
  channel.subscribe(listener)
  return () => void channel.unsubscribe(listener)
}

function errorType(error: unknown): { readonly 'error.type'?: string } {
  if (error === undefined) return {}
  // A code of few values, and no message: each value makes a series of its own.
  return { 'error.type': error instanceof Error && 'code' in error ? String(error.code) : 'other' }
}
