import type { Writable } from 'node:stream'

/** Resolves when a stream is closed, well or not, and so has nothing under way any more. */
export async function closed(stream: Pick<Writable, 'closed'> & NodeJS.EventEmitter): Promise<void> {
  if (stream.closed) return
  await new Promise<void>((resolve) => {
    stream.once('close', resolve)
  })
}
