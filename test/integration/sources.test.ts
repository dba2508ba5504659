import { EventEmitter, once } from 'node:events'
import { createReadStream, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as readline from 'node:readline/promises'
import { Duplex, PassThrough, pipeline, Readable, Transform } from 'node:stream'
import { open, type PersistenceService, type PersistOptions, type Rows, type Table } from 'duckpaddle'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

interface Row {
  readonly id: number
}

/** A source, and how it fails by itself. */
interface Failing {
  readonly rows: Rows<Row>
  fail(error: Error): void
}

const folder = temporaryFolder()
let path: string
let db: PersistenceService
let table: Table<Row>

beforeEach(async () => {
  if (db?.stats().status !== 'open') {
    path = newDatabase(folder)
    // Most tests leave it open, and a thread takes long to start.
    db = await open(path)
  }
  await db.run('DROP TABLE IF EXISTS t')
  table = (await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })) as never
})
afterAll(() => db.close())

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
      let controller: ReadableStreamDefaultController<Row> | undefined
      const rows = new ReadableStream<Row>({
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
      let controller: ReadableStreamDefaultController<Row> | undefined
      const source = new ReadableStream<Row>({
        start(given) {
          controller = given
        },
      })
      const rows = source.pipeThrough(new TransformStream<Row, Row>())
      return { rows: rows as never, fail: (error) => controller?.error(error) }
    },
  ],
]

describe.each(failing)('%s that fails', (_, make) => {
  const failure = new Error('source')

  it('while its call waits rejects the call, at once, and nobody else', async () => {
    const held = holdTurn(table)
    const { rows, fail } = make()
    const call = table.persist(rows)
    fail(failure)
    await expect(call).rejects.toBe(failure)
    await held.end()
    await table.persist([{ id: 1 }])
  })

  it('before the call, or in its turn, rejects the call', async () => {
    const early = make()
    // Where nobody listens yet, somebody has to.
    if (early.rows instanceof EventEmitter) early.rows.on('error', () => undefined)
    early.fail(failure)
    await new Promise(setImmediate)
    const isHeard = !('close' in early.rows && 'input' in early.rows)
    if (isHeard && !(early.rows.constructor === EventEmitter))
      await expect(table.persist(early.rows)).rejects.toBe(failure)

    const late = make()
    const call = table.persist(late.rows, { onRowError: 'skip' })
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
    await expect(table.persist(rows, options())).rejects.toMatchObject(error)
    fail(failure)
    await new Promise(setImmediate)
  })

  it('after its service was closed, or its call aborted, is no concern of anybody', async () => {
    const held = holdTurn(table)
    const aborted = make()
    const controller = new AbortController()
    const call = table.persist(aborted.rows, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    aborted.fail(failure)
    await held.end()
    await db.close()
    const refused = make()
    await expect(table.persist(refused.rows)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    refused.fail(failure)
    await new Promise(setImmediate)
  })
})

describe('a stream that is destroyed without an error', () => {
  const premature = { code: 'ERR_STREAM_PREMATURE_CLOSE' }

  it('before the call, while it waits, or in its turn, rejects the call: its rows are not all there', async () => {
    const before = Readable.from([{ id: 1 }])
    before.destroy()
    await expect(table.persist(before)).rejects.toMatchObject(premature)

    const held = holdTurn(table)
    const waiting = Readable.from([{ id: 1 }])
    const call = table.persist(waiting)
    waiting.destroy()
    await held.end()
    await expect(call).rejects.toMatchObject(premature)

    const running = new Readable(noRead)
    running.push({ id: 1 })
    const stopped = table.persist(running)
    await new Promise(setImmediate)
    running.destroy()
    await expect(stopped).rejects.toMatchObject(premature)
    await db.close()
    expect(await readDatabase(path, 'SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 0 }])
  })

  it('after its last row has been read is at its end', async () => {
    const stream = Readable.from([{ id: 1 }, { id: 2 }])
    expect(await table.persist(stream)).toMatchObject({ inserted: 2 })
    expect(stream.listenerCount('error')).toBeLessThanOrEqual(1)
  })
})

describe('an async generator that rejects', () => {
  it('rejects the call with what it threw, and so does one that throws before its first promise', async () => {
    const failure = new Error('generator')
    async function* rejecting(): AsyncGenerator<Row> {
      yield { id: 1 }
      throw failure
    }
    const throwing = {
      [Symbol.asyncIterator]: () => ({
        next: (): never => {
          throw failure
        },
      }),
    }
    await expect(table.persist(rejecting())).rejects.toBe(failure)
    await expect(table.persist(throwing)).rejects.toBe(failure)
  })

  it('after its call was aborted is no concern of anybody', async () => {
    let fail: (error: Error) => void = () => undefined
    const controller = new AbortController()
    async function* stalled(): AsyncGenerator<Row> {
      await new Promise((_, reject) => {
        fail = reject
        controller.abort()
      })
    }
    const call = table.persist(stalled(), { signal: controller.signal })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    fail(new Error('too late'))
    await new Promise(setImmediate)
  })
})

/** An iterator that counts what is asked of it. */
function counting(next: () => Promise<IteratorResult<Row>>) {
  const counts = { next: 0, return: 0 }
  const rows = {
    counts,
    [Symbol.asyncIterator]: () => ({
      next: () => {
        counts.next++
        return next()
      },
      return: async () => {
        counts.return++
        return { done: true as const, value: undefined }
      },
    }),
  }
  return rows
}

describe('a source that is not read to its end', () => {
  const endless = async () => ({ done: false, value: { id: 1 } })
  const stalled = () => new Promise<never>(() => undefined)

  it.each<[string, () => Promise<IteratorResult<Row>>, (rows: Rows<Row>) => Promise<unknown>]>([
    ['with options that are none', endless, (rows) => table.persist(rows, { signal: 1 } as never)],
    ['without options', endless, (rows) => table.persist(rows, null as never)],
    ['with an aborted signal', endless, (rows) => table.persist(rows, { signal: AbortSignal.abort() })],
    [
      'for a bad row',
      async () => ({ done: false, value: { id: 'x' as never } }),
      (rows) => table.persist(rows),
    ],
    [
      'aborted while it stalls',
      stalled,
      (rows) => {
        const controller = new AbortController()
        const call = table.persist(rows, { signal: controller.signal })
        setImmediate(() => controller.abort())
        return call
      },
    ],
    [
      'aborted before its turn',
      endless,
      async (rows) => {
        const held = holdTurn(table)
        const controller = new AbortController()
        const call = table.persist(rows, { signal: controller.signal })
        controller.abort()
        await held.end()
        return call
      },
    ],
    [
      'by a service that is closed',
      endless,
      async (rows) => {
        await db.close()
        return table.persist(rows)
      },
    ],
    [
      'by close({ timeoutMs })',
      stalled,
      async (rows) => {
        const call = table.persist(rows)
        await Promise.all([db.close({ timeoutMs: 1 }), expect(call).rejects.toThrow()])
        return call
      },
    ],
    [
      'of a table that has changed',
      endless,
      async (rows) => {
        await db.run('ALTER TABLE t ADD COLUMN more INT')
        return table.persist(rows)
      },
    ],
    [
      'of a table that is gone',
      endless,
      async (rows) => {
        await db.run('DROP TABLE t')
        return table.persist(rows)
      },
    ],
  ])('%s is told so once', async (_, next, persist) => {
    const rows = counting(next)
    await expect(persist(rows)).rejects.toThrow()
    expect(rows.counts.return).toBe(1)
  })

  it('is not told so where it is at its end, or has failed', async () => {
    const atEnd = counting(async () => ({ done: true, value: undefined }))
    await table.persist(atEnd)
    const failed = counting(() => Promise.reject(new Error('next')))
    await expect(table.persist(failed)).rejects.toThrow('next')
    expect([atEnd.counts, failed.counts]).toEqual([
      { next: 1, return: 0 },
      { next: 1, return: 0 },
    ])
  })

  it('is not asked for a row where the call is over before its turn', async () => {
    const rows = counting(endless)
    await expect(table.persist(rows, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(rows.counts).toEqual({ next: 0, return: 1 })
  })

  it('may be a web stream that stalls: it is cancelled', async () => {
    const controller = new AbortController()
    const cancelled = new Promise((resolve) => {
      const rows = new ReadableStream<Row>({ cancel: resolve, pull: () => stalled() })
      const call = table.persist(rows as never, { signal: controller.signal })
      call.catch(() => undefined)
    })
    await new Promise(setImmediate)
    controller.abort()
    await cancelled
  })
})

describe('files that rows come from', () => {
  const descriptors = () => readdirSync('/proc/self/fd').length

  function file(): string {
    const name = join(folder, 'rows.ndjson')
    writeFileSync(name, '{"id":1}\n'.repeat(20_000))
    return name
  }

  const parser = () =>
    new Transform({
      readableObjectMode: true,
      transform: (_chunk, _encoding, done) => done(null, { id: 1 }),
    })

  const kinds: [string, (name: string) => Rows<Row>][] = [
    ['itself', (name) => createReadStream(name) as never],
    ['a parser behind a pipeline', (name) => pipeline(createReadStream(name), parser(), () => undefined)],
    ['a parser that it is composed with', (name) => createReadStream(name).compose(parser()) as never],
    ['a readline Interface', (name) => createInterface({ input: createReadStream(name) }) as never],
    ['a web stream', (name) => Readable.toWeb(createReadStream(name)) as never],
  ]
  const ends: [string, (rows: Rows<Row>) => Promise<unknown>][] = [
    ['its signal was aborted', (rows) => table.persist(rows, { signal: AbortSignal.abort() })],
    ['its options are none', (rows) => table.persist(rows, { maxRejections: -1 })],
    ['its first row is bad', (rows) => table.persist(rows, { onRowError: () => 'abort' })],
    [
      'it is aborted while it waits',
      async (rows) => {
        const controller = new AbortController()
        const call = table.persist(rows, { signal: controller.signal })
        setImmediate(() => controller.abort())
        return call
      },
    ],
  ]

  it.each(kinds.flatMap(([kind, make]) => ends.map(([end, persist]) => ({ kind, end, make, persist }))))(
    'are closed, read by $kind, where $end',
    async ({ make, persist, end }) => {
      const name = file()
      const before = descriptors()
      const held = end.includes('waits') ? holdTurn(table) : undefined
      const calls = Array.from({ length: 50 }, () => persist(make(name)))
      const outcomes = await Promise.allSettled(calls)
      await held?.end()
      // A stream closes its file once it has opened it.
      for (let turns = 0; turns < 1000 && descriptors() > before; turns++) await db.query('SELECT 1')
      expect(descriptors()).toBeLessThanOrEqual(before)
      if (end !== 'its first row is bad') {
        expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
      }
    },
  )

  it('that are not there reject the call, whether it waits or not', async () => {
    const missing = () => createReadStream(join(folder, 'missing')) as never
    await expect(table.persist(missing())).rejects.toMatchObject({ code: 'ENOENT' })
    const held = holdTurn(table)
    await expect(table.persist(missing())).rejects.toMatchObject({ code: 'ENOENT' })
    await held.end()
  })
})

describe('a source whose return() never settles', () => {
  const rows = (value: unknown) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: value as Row }),
      return: () => new Promise<never>(() => undefined),
    }),
  })

  it('holds up neither its call, nor the next, nor close()', async () => {
    await expect(table.persist(rows({ id: 'x' }))).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    await table.persist([{ id: 1 }])
    await db.close()
  })

  it('does not hold up close({ timeoutMs })', async () => {
    const call = table.persist(rows({ id: 1 }))
    const rejected = expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await db.close({ timeoutMs: 20 })).toEqual({ interrupted: 1 })
    await rejected
  })

  it('that throws, rejects, or is no function, rejects the call for its row all the same', async () => {
    const returns: unknown[] = [
      () => {
        throw new Error('return')
      },
      () => Promise.reject(new Error('return')),
      5,
    ]
    for (const end of returns) {
      const iterator = { next: () => ({ done: false, value: { id: 'x' } }), return: end }
      for (const name of [Symbol.iterator, Symbol.asyncIterator]) {
        const source = { [name]: () => iterator } as never
        await expect(table.persist(source)).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
      }
    }
  })
})

describe('callbacks that return promises', () => {
  const failure = new Error('callback')

  it('onProgress aborts the call by what its promise rejects with', async () => {
    const endless = function* () {
      for (;;) yield { id: 1 }
    }
    const onProgress = (() => Promise.reject(failure)) as never
    await expect(table.persist(endless(), { onProgress })).rejects.toBe(failure)
  })

  it('onProgress may reject after the end: that is no unhandled rejection', async () => {
    let reject: (error: Error) => void = () => undefined
    const late = new Promise<void>((_, fail) => {
      reject = fail
    })
    await table.persist([{ id: 1 }], { onProgress: () => late as never })
    reject(failure)
    await new Promise(setImmediate)
  })

  it('onRowError is refused, whether its promise rejects or not', async () => {
    for (const answer of [Promise.reject(failure), Promise.resolve('skip')]) {
      const call = table.persist([{ id: 'x' as never }], { onRowError: () => answer as never })
      await expect(call).rejects.toThrow(/`onRowError` to return 'skip' or 'abort', got Promise/)
    }
    await new Promise(setImmediate)
  })
})

describe('an array that is a proxy', () => {
  it.each([[Number.NaN], [undefined], [-1], ['x']])(
    'and says that its length is %s has no rows',
    async (length) => {
      const rows = new Proxy([{ id: 1 }], {
        get: (target, name) => (name === 'length' ? length : Reflect.get(target, name)),
      })
      expect(await table.persist(rows)).toMatchObject({ rows: 0 })
    },
  )

  it('and has more rows than it says can be aborted', async () => {
    const rows = new Proxy([{ id: 1 }], {
      get: (target, name) => (name === 'length' ? Number.POSITIVE_INFINITY : Reflect.get(target, name)),
    })
    const call = table.persist(rows, { signal: AbortSignal.timeout(50), onRowError: 'skip' })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })
})

it('an ended stream leaves its listeners as they were', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.end({ id: 1 })
  await table.persist(stream)
  await (stream.closed || once(stream, 'close'))
  const failure = new Error('later')
  const heard = once(stream, 'error')
  stream.emit('error', failure)
  expect(await heard.catch((error) => [error])).toEqual([failure])
})

it('a row whose bytes become more each time that they are read is rejected, and the others are written', async () => {
  const blobs = await db.table('growing', { columns: { a: 'BLOB', b: 'VARCHAR' } })
  let bytes = 2 * 1024 * 1024
  const growing = {
    get a() {
      bytes += 64
      return new Uint8Array(bytes)
    },
    b: 'b'.repeat(50_000),
  }
  const receipt = await blobs.persist([{ b: 'x' }, growing, { b: 'y' }], { onRowError: 'skip' })
  expect(receipt).toMatchObject({ inserted: 2, rejections: [{ index: 1, code: 'serialize' }] })
})
