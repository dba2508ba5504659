import { on } from 'node:events'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Command } from './chunk-worker.js'

/** What a worker does with chunks of rows. */
export interface ChunkSink {
  begin(): Promise<void>
  append(rows: readonly object[]): void
  commit(): Promise<void>
  close(): void
}

/** The worker's part of `chunkWorker`: takes messages in their order, until it is told to close. */
export async function receiveChunks(sink: ChunkSink): Promise<void> {
  // There is one in every worker.
  const port = parentPort as MessagePort
  let isWriting = false
  const messages = on(port, 'message')
  port.postMessage('ready')
  for await (const [message] of messages) {
    const received: readonly object[] | Command = message
    if (received === 'close') break
    if (!isWriting) await sink.begin()
    isWriting = received !== 'commit'
    if (received === 'commit') await sink.commit()
    else sink.append(received)
    port.postMessage('done')
  }
  sink.close()
  port.close()
}
