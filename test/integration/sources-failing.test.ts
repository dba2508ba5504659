import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'
import * as readline from 'node:readline/promises'
import { Duplex, PassThrough, pipeline, Readable, Transform } from 'node:stream'
import type { PersistOptions, Rows } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { type Identified, IdentifiedRows } from '../support/identified-rows.js'

const given = new IdentifiedRows()

/** A source, and how it fails by itself. */
interface Failing {
  readonly rows: Rows<Identified>
  fail(error: Error): void
}

const noRead = { objectMode: true, read() {} }

function byStream(stream: Readable): Failing {
  return { rows: stream, fail: (error) => stream.destroy(error) }
}

const failing: [string, () => Failing][] = [
  ['a Readable', () => byStream(new Readable(noRead))],
  ['a Readable that has rows', () => byStream(Readable.from([{ id: 1 }, { id: 2 }]))],
  ['a Duplex', () => byStream(new Duplex({ ...noRead, write() {} }))],
  ['a Transform', () => byStream(new Transform({ objectMode: true }))],
  [
    'a Transform behind a pipeline',
    () => {
      const first = new PassThrough({ objectMode: true })
      const last = pipeline(first, new PassThrough({ objectMode: true }), () => undefined)
      return { rows: last, fail: (error) => first.destroy(error) }
    },
  ],
  [
    'a readline Interface',
    () => {
      const input = new PassThrough()
      return { rows: createInterface({ input }) as never, fail: (error) => input.destroy(error) }
    },
  ],
  [
    'a readline Interface of promises',
    () => {
      const input = new PassThrough()
      return { rows: readline.createInterface({ input }) as never, fail: (error) => input.destroy(error) }
    },
  ],
  [
    'an emitter with rows',
    () => {
      const emitter = new EventEmitter()
      const rows = Object.assign(emitter, {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
      })
      return { rows, fail: (error) => emitter.emit('error', error) }
    },
  ],
  [
    'a web stream',
    () => {
      let controller: ReadableStreamDefaultController<Identified> | undefined
      const rows = new ReadableStream<Identified>({
        start(given) {
          controller = given
        },
      })
      return { rows: rows as never, fail: (error) => controller?.error(error) }
    },
  ],
  [
    'a web stream behind a pipe',
    () => {
      let controller: ReadableStreamDefaultController<Identified> | undefined
      const source = new ReadableStream<Identified>({
        start(given) {
          controller = given
        },
      })
      const rows = source.pipeThrough(new TransformStream<Identified, Identified>())
      return { rows: rows as never, fail: (error) => controller?.error(error) }
    },
  ],
]

describe.each(failing)('%s that fails', (_, make) => {
  const failure = new Error('source')

  it('while its call waits rejects the call, at once, and nobody else', async () => {
    const held = holdTurn(given.table)
    const { rows, fail } = make()
    const call = given.table.persist(rows)
    fail(failure)
    await expect(call).rejects.toBe(failure)
    await held.end()
    await given.table.persist([{ id: 1 }])
  })

  it('before the call, or in its turn, rejects the call', async () => {
    const early = make()
    // Where nobody listens yet, somebody has to.
    if (early.rows instanceof EventEmitter) early.rows.on('error', () => undefined)
    early.fail(failure)
    await new Promise(setImmediate)
    const isHeard = !('close' in early.rows && 'input' in early.rows)
    if (isHeard && !(early.rows.constructor === EventEmitter))
      await expect(given.table.persist(early.rows)).rejects.toBe(failure)

    const late = make()
    const call = given.table.persist(late.rows, { onRowError: 'skip' })
    await new Promise(setImmediate)
    late.fail(failure)
    const receipt = await call.catch((error) => error)
    // One that had all its rows is at its end by now.
    if (receipt !== failure) expect(receipt).toMatchObject({ inserted: 2 })
  })

  it.each<[string, () => PersistOptions, object]>([
    ['with options that are none', () => ({ onRowError: 'x' }) as never, { name: 'TypeError' }],
    ['with an aborted signal', () => ({ signal: AbortSignal.abort() }), { code: 'PERSIST_ABORTED' }],
    ['without the key that it needs', () => ({ onConflict: 'ignore' }), { name: 'TypeError' }],
  ])('after a call that was refused, %s, is no concern of anybody', async (_title, options, error) => {
    const { rows, fail } = make()
    await expect(given.table.persist(rows, options())).rejects.toMatchObject(error)
    fail(failure)
    await new Promise(setImmediate)
  })

  it('after its service was closed, or its call aborted, is no concern of anybody', async () => {
    const held = holdTurn(given.table)
    const aborted = make()
    const controller = new AbortController()
    const call = given.table.persist(aborted.rows, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    aborted.fail(failure)
    await held.end()
    const refused = make()
    const closed = await given.closedTable()
    await expect(closed.persist(refused.rows)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    refused.fail(failure)
    await new Promise(setImmediate)
  })
})
