import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { type Identified, IdentifiedRows } from '../support/identified-rows.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, placeForTest } from '../support/test-engine.js'

const path = newDatabase(temporaryFolder())
const given = new IdentifiedRows(path)

describe('a stream that is destroyed without an error', () => {
  const premature = { code: 'ERR_STREAM_PREMATURE_CLOSE' }

  it('before the call, while it waits, or in its turn, rejects the call: its rows are not all there', async () => {
    const before = Readable.from([{ id: 1 }])
    before.destroy()
    await expect(given.table.persist(before)).rejects.toMatchObject(premature)

    const held = holdTurn(given.table)
    const waiting = Readable.from([{ id: 1 }])
    const call = given.table.persist(waiting)
    waiting.destroy()
    await held.end()
    await expect(call).rejects.toMatchObject(premature)

    const running = new Readable({ objectMode: true, read() {} })
    running.push({ id: 1 })
    const stopped = given.table.persist(running)
    await new Promise(setImmediate)
    running.destroy()
    await expect(stopped).rejects.toMatchObject(premature)
    await given.db.close()
    expect(await readDatabase(path, `SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 0 }])
  })

  it('after its last row has been read is at its end', async () => {
    const stream = Readable.from([{ id: 1 }, { id: 2 }])
    expect(await given.table.persist(stream)).toMatchObject({ inserted: 2 })
    expect(stream.listenerCount('error')).toBeLessThanOrEqual(1)
  })
})

describe('an async generator that rejects', () => {
  it('rejects the call with what it threw, and so does one that throws before its first promise', async () => {
    const failure = new Error('generator')
    async function* rejecting(): AsyncGenerator<Identified> {
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
    await expect(given.table.persist(rejecting())).rejects.toBe(failure)
    await expect(given.table.persist(throwing)).rejects.toBe(failure)
  })

  it('after its call was aborted is no concern of anybody', async () => {
    let fail: (error: Error) => void = () => undefined
    const controller = new AbortController()
    async function* stalled(): AsyncGenerator<Identified> {
      await new Promise((_, reject) => {
        fail = reject
        controller.abort()
      })
    }
    const call = given.table.persist(stalled(), { signal: controller.signal })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    fail(new Error('too late'))
    await new Promise(setImmediate)
  })
})

describe('callbacks that return promises', () => {
  const failure = new Error('callback')

  it('onProgress aborts the call by what its promise rejects with', async () => {
    const endless = function* () {
      for (;;) yield { id: 1 }
    }
    const onProgress = (() => Promise.reject(failure)) as never
    await expect(given.table.persist(endless(), { onProgress })).rejects.toBe(failure)
  })

  it('onProgress may reject after the end: that is no unhandled rejection', async () => {
    let reject: (error: Error) => void = () => undefined
    const late = new Promise<void>((_, fail) => {
      reject = fail
    })
    await given.table.persist([{ id: 1 }], { onProgress: () => late as never })
    reject(failure)
    await new Promise(setImmediate)
  })

  it('onRowError is refused, whether its promise rejects or not', async () => {
    for (const answer of [() => Promise.reject(failure), () => Promise.resolve('skip')]) {
      const call = given.table.persist([{ id: 'x' as never }], { onRowError: answer as never })
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
      expect(await given.table.persist(rows)).toMatchObject({ rows: 0 })
    },
  )

  it('and has more rows than it says can be aborted', async () => {
    const rows = new Proxy([{ id: 1 }], {
      get: (target, name) => (name === 'length' ? Number.POSITIVE_INFINITY : Reflect.get(target, name)),
    })
    const call = given.table.persist(rows, { signal: AbortSignal.timeout(50), onRowError: 'skip' })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })
})

it('an ended stream leaves its listeners as they were', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.end({ id: 1 })
  await given.table.persist(stream)
  await (stream.closed || once(stream, 'close'))
  const failure = new Error('later')
  const heard = once(stream, 'error')
  stream.emit('error', failure)
  expect(await heard.catch((error) => [error])).toEqual([failure])
})

it('a row whose bytes become more each time that they are read is rejected, and the others are written', async () => {
  const blobs = await given.db.table('growing', { ...placeForTest(), columns: { a: 'BLOB', b: 'VARCHAR' } })
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
  expect(await given.db.query(`SELECT b FROM ${nameOf('growing')} ORDER BY b`)).toEqual([
    { b: 'x' },
    { b: 'y' },
  ])
})
