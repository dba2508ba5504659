/**
 * What the library does not export: the modules that its build is bundled from. Its package gives no way to them.
 */
const entry = import.meta.resolve('duckpaddle')

async function load(path: string): Promise<unknown> {
  return import(new URL(path, entry).href)
}

// Each path is that of the module whose types are claimed.
export const { RowEncoder } = (await load('encode/row-encoder.js')) as RowEncoderModule
export const { BatchAllocator } = (await load('encode/batch-allocator.js')) as BatchAllocatorModule
export const { BufferPool } = (await load('encode/buffer-pool.js')) as BufferPoolModule
export const { parseColumn } = (await load('schema/parse-column-type.js')) as ParseColumnModule
export const { AppenderSink } = (await load('../worker/ingest/appender-sink.js')) as AppenderWriterModule

type RowEncoderModule = typeof import('../../dist/main/encode/row-encoder.js')
type BatchAllocatorModule = typeof import('../../dist/main/encode/batch-allocator.js')
type BufferPoolModule = typeof import('../../dist/main/encode/buffer-pool.js')
type ParseColumnModule = typeof import('../../dist/main/schema/parse-column-type.js')
type AppenderWriterModule = typeof import('../../dist/worker/ingest/appender-sink.js')

export type Batch = InstanceType<typeof import('../../dist/main/encode/batch.js').Batch>
