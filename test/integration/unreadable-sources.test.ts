import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { open, type PersistenceService, type Rows, type Table } from 'duckpaddle'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { temporaryFolder } from '../support/temporary-folder.js'

interface Row {
  readonly id: number
}

const folder = temporaryFolder()
const file = join(folder, 'rows.csv')
writeFileSync(file, 'id\n1\n2\n')
let db: PersistenceService
let table: Table<Row>

beforeEach(async () => {
  db ??= await open(':memory:')
  await db.run('CREATE OR REPLACE TABLE t (id BIGINT NOT NULL)')
  table = (await db.table('t')) as never
})
afterAll(() => db.close())

const count = () => db.query('SELECT count(*)::INT AS n FROM t')
const two = [{ id: 1 }, { id: 2 }]

describe('a source of what are no rows', () => {
  const bytes = /got a Buffer: these are bytes, and no rows: parse them first/
  const text = /got '.*' \(string\): this is text, and no rows: parse it first/

  it.each<[string, () => unknown, RegExp]>([
    ['a file', () => createReadStream(file), bytes],
    ['the lines of a file', () => createReadStream(file, 'utf8'), text],
    ['a Buffer', () => Buffer.from('id\n1'), bytes],
    ['an array of Buffers', () => [Buffer.from('id\n1')], bytes],
    ['an empty Buffer in an array', () => [Buffer.alloc(0)], bytes],
    ['a string', () => 'id\n1', text],
    ['an array of strings', () => ['id', '1'], text],
    ['the body of a response', () => new Response('id').body, /got a Uint8Array: these are bytes/],
    ['a Uint8Array', () => new Uint8Array(2), /got a Uint8Array: these are bytes/],
    ['an ArrayBuffer', () => new ArrayBuffer(2), /got an ArrayBuffer: these are bytes/],
    ['a Blob', () => new Blob(['id']), /got a Blob: these are bytes/],
    ['a promise', () => Promise.resolve(two), /got a Promise: await it first/],
    ['an array of promises', () => [Promise.resolve({ id: 1 })], /got a Promise: await it first/],
    ['a generator function', () => function* () {}, /got a function: call it/],
    ['a row', () => ({ id: 1 }), /got Object \(object\): put a single row into an array/],
    ['an array of arrays', () => [[1]], /got an Array: a row has its columns by their names/],
    ['a Map', () => new Map(), /pass `map.values\(\)`/],
  ])('%s, is told what it is', async (_, make, message) => {
    await expect(table.persist(make() as never)).rejects.toThrow(message)
    expect(await count()).toEqual([{ n: 0 }])
  })

  it('has each of its chunks rejected as one of the wrong type, where bad rows are skipped', async () => {
    const rows = createReadStream(file) as unknown as Rows<Row>
    const receipt = await table.persist(rows, { onRowError: 'skip' })
    expect(receipt).toMatchObject({ rows: 1, rejected: 1, rejections: [{ code: 'type', message: bytes }] })
  })
})

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function webStream(rows: readonly Row[] = two): ReadableStream<Row> {
  return new ReadableStream({
    start(controller) {
      for (const row of rows) controller.enqueue(row)
      controller.close()
    },
  })
}

describe('a source that has been read', () => {
  const ended = /got a stream that has been read to its end/
  const takenStream = /got a stream that another call of persist\(\) has taken/
  const takenIterator = /got an iterator that another call of persist\(\) has taken/
  const disturbed = /got a ReadableStream that has been read from/
  const locked = /got a ReadableStream that is locked/

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a stream, to its end by others',
      async () => {
        const stream = Readable.from(two)
        await drain(stream)
        return stream
      },
      ended,
    ],
    [
      'a web stream, to its end',
      async () => {
        const stream = webStream()
        const reader = stream.getReader()
        while (!(await reader.read()).done);
        reader.releaseLock()
        return stream
      },
      disturbed,
    ],
    [
      'a web stream, by half',
      async () => {
        const stream = webStream()
        const reader = stream.getReader()
        await reader.read()
        reader.releaseLock()
        return stream
      },
      disturbed,
    ],
    [
      'a web stream that has a reader',
      async () => {
        const stream = webStream()
        stream.getReader()
        return stream
      },
      locked,
    ],
    [
      'the body of a response',
      async () => {
        const response = new Response('id')
        await response.text()
        return response.body
      },
      /got a ReadableStream that/,
    ],
  ])('%s, is refused', async (_, make, message) => {
    const call = table.persist((await make()) as never)
    await expect(call).rejects.toThrow(message)
    await expect(call).rejects.toBeInstanceOf(TypeError)
  })

  const rows = {
    *generator() {
      yield* two
    },
    async *asyncGenerator() {
      yield* two
    },
  }

  it.each<[string, () => Rows<Row>, RegExp]>([
    ['a stream', () => Readable.from(two), /got a stream that/],
    ['a web stream', () => webStream() as never, /got a ReadableStream that/],
    ['a generator', () => rows.generator(), takenIterator],
    ['an async generator', () => rows.asyncGenerator(), takenIterator],
    ['values() of a Map', () => new Map(two.map((row) => [row.id, row])).values(), takenIterator],
    ['values() of a Set', () => new Set(two).values(), takenIterator],
    ['values() of an array', () => two.values(), takenIterator],
    ['the iterator of a stream', () => Readable.from(two)[Symbol.asyncIterator](), takenIterator],
  ])(
    '%s, by an earlier call is refused, also while that call waits, or after it has failed',
    async (_, make, message) => {
      const read = make()
      expect(await table.persist(read)).toMatchObject({ inserted: 2 })
      await expect(table.persist(read)).rejects.toThrow(message)

      const waited = make()
      const held = holdTurn(table)
      const first = table.persist(waited)
      await expect(table.persist(waited)).rejects.toBeInstanceOf(TypeError)
      await held.end()
      expect(await first).toMatchObject({ inserted: 2 })

      const failed = make()
      await expect(table.persist(failed, { signal: AbortSignal.abort() })).rejects.toThrow()
      await expect(table.persist(failed)).rejects.toBeInstanceOf(TypeError)
    },
  )

  it('is taken again where it begins anew', async () => {
    const restarting = {
      left: two,
      [Symbol.iterator]() {
        this.left = two
        return this
      },
      next() {
        const [value, ...left] = this.left
        this.left = left
        return value === undefined ? { done: true as const, value } : { done: false as const, value }
      },
    }
    for (const source of [two, new Set(two), restarting]) {
      for (let call = 0; call < 2; call++) expect(await table.persist(source)).toMatchObject({ inserted: 2 })
    }
  })

  it('by half, and by others, gives the rest where it is a stream of Node', async () => {
    const stream = Readable.from(two)
    for await (const _ of stream.iterator({ destroyOnReturn: false })) break
    expect(await table.persist(stream)).toMatchObject({ inserted: 1 })
    await expect(table.persist(stream)).rejects.toThrow(new RegExp(`${ended.source}|${takenStream.source}`))
  })

  it('is none where it has no rows', async () => {
    for (const source of [Readable.from([]), webStream([]), [].values(), new Map().values()]) {
      expect(await table.persist(source as never)).toMatchObject({ rows: 0 })
    }
  })
})
