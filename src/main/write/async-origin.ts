import { EventEmitter } from 'node:events'
import { ReadStream } from 'node:fs'
import { Interface } from 'node:readline'
import { Interface as PromiseInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { ignoreRejection } from '../scheduling/promise-like.js'
import { setImmediate } from '../scheduling/real-timers.js'

/** Where rows come from that may have to be waited for, as `AsyncSource` deals with it. */
export interface AsyncOrigin {
  readonly iterator: AsyncIterator<unknown>
  /** Ends what is not at its end, also while it is waited for. What it returns or throws does not matter. */
  readonly giveUp: () => unknown
  /** Calls `fail` when it fails, asked or not; returns a function that ends this. */
  readonly watch: (fail: (error: unknown) => void) => () => void
}

/** Undefined for what has no asynchronous iterator. */
export function describeOrigin(rows: object): AsyncOrigin | undefined {
  if (rows instanceof ReadableStream) return ofWebStream(rows)
  const { [Symbol.asyncIterator]: iterate }: Partial<AsyncIterable<unknown>> = rows
  if (typeof iterate !== 'function') return undefined
  const iterator: AsyncIterator<unknown> = iterate.call(rows as AsyncIterable<unknown>)
  if (isNodeStream(rows)) return ofNodeStream(rows, iterator)
  if (rows instanceof Interface || rows instanceof PromiseInterface) return ofReadline(rows, iterator)
  const giveUp = () => iterator.return?.()
  if (rows instanceof EventEmitter) return { iterator, giveUp, watch: (fail) => onError(rows, fail) }
  return { iterator, giveUp, watch: () => () => undefined }
}

/** A stream of this Node, or of a package that makes them likewise. */
function isNodeStream(rows: object): rows is Readable {
  return ['on', 'off', 'destroy'].every(
    (name) => typeof (rows as Record<string, unknown>)[name] === 'function',
  )
}

/** Its iterator knows nothing of it before it is first asked, and is not heard while it is being asked. */
function ofNodeStream(stream: Readable, iterator: AsyncIterator<unknown>): AsyncOrigin {
  return { iterator, giveUp: () => stream.destroy(), watch: (fail) => onError(stream, fail) }
}

/** A readline Interface closes neither itself, where its iterator is ended, nor its file, where it is closed. */
function ofReadline(lines: Interface | PromiseInterface, iterator: AsyncIterator<unknown>): AsyncOrigin {
  const giveUp = () => {
    const { input }: { readonly input?: unknown } = lines as object
    const ended = iterator.return?.()
    lines.close()
    // It hears no more of its input, which may yet fail, and of which nobody else may hear.
    if (input instanceof EventEmitter) input.on('error', () => undefined)
    if (input instanceof ReadStream) input.destroy()
    return ended
  }
  return { iterator, giveUp, watch: (fail) => onError(lines, fail) }
}

/** By its reader: what its iterator is asked to do waits until it has answered. */
function ofWebStream(stream: ReadableStream<unknown>): AsyncOrigin {
  const reader = stream.getReader()
  return {
    iterator: { next: () => reader.read() },
    giveUp: () => {
      // Not at once: a web stream that Node has made of one of its own may be about to get a chunk, which would throw
      // where nobody can catch it (`controller.enqueue` in lib/internal/webstreams/adapters.js).
      setImmediate(() => {
        ignoreRejection(reader.cancel())
        reader.releaseLock()
      })
    },
    watch: (fail) => {
      reader.closed.catch(fail)
      return () => reader.releaseLock()
    },
  }
}

function onError(emitter: EventEmitter, fail: (error: unknown) => void): () => void {
  emitter.on('error', fail)
  return () => {
    emitter.off('error', fail)
  }
}
