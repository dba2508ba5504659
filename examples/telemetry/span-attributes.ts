import type { Attributes } from '@opentelemetry/api'
import type { CommitTrace, PersistTrace, QueryTrace, Trace, TraceContexts, TracedTable } from 'duckpaddle'

export type ChannelName = keyof TraceContexts

/** Names after https://opentelemetry.io/docs/specs/semconv/database/; what is no convention begins with `duckpaddle.`. */
export function attributesOf(channel: ChannelName, trace: Trace): Attributes {
  const attributes: Attributes = { 'db.system.name': 'duckdb', 'db.namespace': trace.database }
  for (const [name, value] of Object.entries(trace)) {
    // What is undefined OpenTelemetry leaves out.
    if (typeof value !== 'object') attributes[`duckpaddle.${toSnakeCase(name)}`] = value
  }
  delete attributes['duckpaddle.database']
  switch (channel) {
    case 'duckpaddle:persist':
      return { ...attributes, 'db.collection.name': nameOf((trace as PersistTrace).table) }
    case 'duckpaddle:commit':
      return { ...attributes, 'duckpaddle.tables': (trace as CommitTrace).tables.map(nameOf) }
    case 'duckpaddle:query': {
      const { 'duckpaddle.sql': _, ...rest } = attributes
      return { ...rest, 'db.query.text': (trace as QueryTrace).sql }
    }
    default:
      return attributes
  }
}

function nameOf({ schema, name }: TracedTable): string {
  return `${schema}.${name}`
}

/** `waitingMs` becomes `waiting_ms`. */
function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
