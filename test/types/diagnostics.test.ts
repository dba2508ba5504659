import { tracingChannel } from 'node:diagnostics_channel'
import type {
  CommitTrace,
  DurationSummary,
  Durations,
  HealthReasonCode,
  HealthReport,
  open,
  PersistTrace,
  Trace,
  TraceContexts,
} from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>

// Never called: what counts is whether it compiles.
describe('the types of diagnostics', () => {
  it('name a context for each channel', () => {
    type Name = 'open' | 'persist' | 'commit' | 'query' | 'transaction' | 'checkpoint' | 'worker'
    expectTypeOf<keyof TraceContexts>().toEqualTypeOf<`duckpaddle:${Name}`>()
    expectTypeOf<TraceContexts[keyof TraceContexts]>().toExtend<Trace>()
    const channel = tracingChannel<unknown, PersistTrace>('duckpaddle:persist')
    channel.asyncEnd.subscribe((trace) => {
      const { table, rows } = trace as PersistTrace
      expectTypeOf(table.name).toEqualTypeOf<string>()
      expectTypeOf(rows).toEqualTypeOf<number | undefined>()
    })
    const change = (trace: CommitTrace) => {
      // @ts-expect-error: contexts are to be read
      trace.rows = 1
    }
    expectTypeOf(change).toBeFunction()
  })

  it('tell durations and health', () => {
    const use = async (db: Service) => {
      expectTypeOf(db.stats().durations).toEqualTypeOf<Durations>()
      expectTypeOf(db.stats().durations.commit).toEqualTypeOf<DurationSummary>()
      const report = await db.health({ timeoutMs: 500, maxWaitingMs: undefined })
      expectTypeOf(report).toEqualTypeOf<HealthReport>()
      expectTypeOf(report.status).toEqualTypeOf<'ok' | 'degraded' | 'failed'>()
      for (const { code } of report.reasons) expectTypeOf(code).toEqualTypeOf<HealthReasonCode>()
      // @ts-expect-error: there is no such option
      await db.health({ timeout: 500 })
    }
    expectTypeOf(use).toBeFunction()
  })
})
