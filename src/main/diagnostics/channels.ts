import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { TraceContexts } from '../contract/traces.js'

export type Channel<Context extends object> = TracingChannel<unknown, Context>

/**
 * Everything that is published. Whoever is about to publish asks `hasSubscribers` first, before it makes anything of a
 * context: without subscribers that is all that tracing costs, 2 ns. A tracing channel has it from Node 20.13 on.
 */
export const channels: {
  readonly open: Channel<TraceContexts['duckpaddle:open']>
  readonly persist: Channel<TraceContexts['duckpaddle:persist']>
  readonly commit: Channel<TraceContexts['duckpaddle:commit']>
  readonly query: Channel<TraceContexts['duckpaddle:query']>
  readonly transaction: Channel<TraceContexts['duckpaddle:transaction']>
  readonly checkpoint: Channel<TraceContexts['duckpaddle:checkpoint']>
  readonly worker: Channel<TraceContexts['duckpaddle:worker']>
} = {
  open: tracingChannel('duckpaddle:open'),
  persist: tracingChannel('duckpaddle:persist'),
  commit: tracingChannel('duckpaddle:commit'),
  query: tracingChannel('duckpaddle:query'),
  transaction: tracingChannel('duckpaddle:transaction'),
  checkpoint: tracingChannel('duckpaddle:checkpoint'),
  worker: tracingChannel('duckpaddle:worker'),
}
