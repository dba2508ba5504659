/**
 * Spans and metrics of OpenTelemetry of what duckpaddle does, exported to the console. A server would export them by OTLP.
 *
 * Started as `node telemetry.js [database]`.
 */
import { context, trace } from '@opentelemetry/api'
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { open } from 'duckpaddle'
import { StorageContextManager } from './telemetry/context-manager.js'
import { measureDuckpaddle } from './telemetry/measure-duckpaddle.js'
import { traceDuckpaddle } from './telemetry/trace-duckpaddle.js'

const [database = ':memory:'] = process.argv.slice(2)

const spanProcessors = [new SimpleSpanProcessor(new ConsoleSpanExporter())]
const tracerProvider = new NodeTracerProvider({ spanProcessors })
const contextManager = new StorageContextManager()
tracerProvider.register({ contextManager })
const readers = [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })]
const meterProvider = new MeterProvider({ readers })
const tracer = trace.getTracer('telemetry-example')

// Before anything is opened, so that the opening has a span, too.
const stopTracing = traceDuckpaddle(tracer, contextManager.storage)
const db = await open(database)
const stopMeasuring = measureDuckpaddle(meterProvider.getMeter('telemetry-example'), db)

const columns = { id: 'INTEGER NOT NULL', amount: 'DOUBLE' } as const
const orders = await db.table('orders', { columns, key: ['id'] })

/** A request as a server would have it: a span with what the database does for it below. */
async function handle(id: number): Promise<void> {
  const span = tracer.startSpan('POST /orders')
  await context.with(trace.setSpan(context.active(), span), async () => {
    await orders.persist([{ id, amount: id * 10 }]).catch(() => span.addEvent('refused'))
    await db.query('SELECT sum(amount) FROM orders WHERE id <= ?', [id])
  })
  span.end()
}

await Promise.all([handle(1), handle(2), handle(3)])
// The key is taken.
await handle(1)
await db.transaction(async (tx) => {
  await tx.persist(orders, [{ id: 4, amount: 40 }])
  await tx.run('UPDATE orders SET amount = amount + 1')
})
await db.checkpoint()

// Metrics are read while the service is open.
await meterProvider.shutdown()
stopMeasuring()
await db.close()
stopTracing()
await tracerProvider.shutdown()
