import { once } from 'node:events'
import { Readable, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Receipt, Table, WriteStream, WriteStreamOptions } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { closed } from '../support/closed-stream.js'
import { nameOf, need } from '../support/test-engine.js'
import { TestTables } from '../support/test-tables.js'

const tables = new TestTables()
let table: Table

/** Longer than any test. */
const never = 1e9

beforeEach(async () => {
  table = await tables.create('id BIGINT NOT NULL, text VARCHAR')
})

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, id) => ({ id: id + from }))
const ids = async () => (await tables.read(table, 'id::INT AS id')).map(({ id }) => id)

function create(options: WriteStreamOptions = {}): WriteStream<Readonly<Record<string, unknown>>> {
  return table.createWriteStream({ commitMs: never, ...options })
}

/** The receipts of a stream, as they come. */
function receiptsOf(stream: WriteStream<never>): Receipt[] {
  const receipts: Receipt[] = []
  stream.on('commit', (receipt) => receipts.push(receipt))
  return receipts
}

async function* asynchronously<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) yield item
}

describe('a write stream', () => {
  it('is a Writable that pipeline() ends once everything is committed', async () => {
    const stream = create()
    const receipts = receiptsOf(stream)
    expect(stream).toBeInstanceOf(Writable)
    await pipeline(
      Readable.from(rows(25_000)),
      async function* (source) {
        for await (const row of source) yield { ...row, text: `row ${row.id}` }
      },
      stream,
    )
    expect(
      await tables.read(table, 'count(*)::INT AS n, count(DISTINCT id)::INT AS ids, max(text) AS last'),
    ).toEqual([{ n: 25_000, ids: 25_000, last: 'row 9999' }])
    expect(stream.committed).toEqual({
      commits: receipts.length,
      rows: 25_000,
      inserted: 25_000,
      updated: 0,
      ignored: 0,
      rejected: 0,
    })
    expect(receipts.reduce((sum, receipt) => sum + receipt.rows, 0)).toBe(25_000)
    expect(stream).toMatchObject({ writableFinished: true, writableLength: 0, errored: null })
  })

  it.each<[string, () => Readable | AsyncIterable<unknown> | Iterable<unknown>]>([
    ['a generator', () => rows(3000).values()],
    ['an asynchronous generator', () => asynchronously(rows(3000))],
    ['a Readable', () => Readable.from(rows(3000))],
    ['a web stream', () => Readable.toWeb(Readable.from(rows(3000))) as unknown as AsyncIterable<unknown>],
  ])('takes the rows of %s', async (_, source) => {
    await pipeline(source(), create())
    expect(await ids()).toEqual(rows(3000).map(({ id }) => id))
  })

  it('takes the rows of a parser of bytes', async () => {
    const text = rows(3000)
      .map((row) => JSON.stringify(row))
      .join('\n')
    let rest = ''
    const parser = new Transform({
      readableObjectMode: true,
      transform(bytes, _, callback) {
        const lines = `${rest}${bytes}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) this.push(JSON.parse(line))
        callback()
      },
      flush(callback) {
        callback(null, JSON.parse(rest))
      },
    })
    await pipeline(new Blob([text]).stream(), parser, create())
    expect(await ids()).toEqual(rows(3000).map(({ id }) => id))
  })

  it('takes the rows of pipe(), and of a web stream that it is made from', async () => {
    const piped = Readable.from(asynchronously(rows(3000))).pipe(create())
    await finished(piped)
    const web = Writable.toWeb(create() as Writable)
    await Readable.toWeb(Readable.from(rows(3000, 3000))).pipeTo(web as never)
    expect(await ids()).toEqual(rows(6000).map(({ id }) => id))
  })

  it('commits nothing where nothing was written', async () => {
    const stream = create()
    const receipts = receiptsOf(stream)
    stream.end()
    await finished(stream)
    expect(receipts).toEqual([])
    expect(stream.committed.commits).toBe(0)
  })

  it('writes the row of end(), and calls back when it is committed', async () => {
    const stream = create()
    stream.write({ id: 1 })
    await new Promise<void>((resolve) => {
      stream.end({ id: 2 }, resolve)
    })
    expect(await ids()).toEqual([1, 2])
  })

  it('keeps the order of rows, however they are written', async () => {
    const keyed = await tables.create(undefined, { columns: { id: 'BIGINT', n: 'INTEGER' }, key: ['id'] })
    const stream = keyed.createWriteStream({ onConflict: 'update', commitRows: 100, commitMs: 0 })
    for (let n = 0; n < 30_000; n++) {
      stream.write({ id: n % 7, n })
      if (n % 5000 === 0) await new Promise(setImmediate)
    }
    stream.end()
    await finished(stream)
    const last = Array.from({ length: 7 }, (_, id) => ({ id, n: 29_999 - ((29_999 - id) % 7) }))
    expect(await tables.read(keyed, 'id::INT AS id, n')).toEqual(last)
    expect(stream.committed).toMatchObject({ rows: 30_000, inserted: 7, updated: 29_993 })
  })
})

describe('commits', () => {
  it('begin when commitRows rows wait', async () => {
    const stream = create({ commitRows: 10 })
    const receipts = receiptsOf(stream)
    for (const row of rows(9)) stream.write(row)
    expect(stream.writableLength).toBe(9)
    stream.write({ id: 9 })
    expect(stream.writableLength).toBe(0)
    await once(stream, 'commit')
    expect(receipts).toMatchObject([{ rows: 10, inserted: 10 }])
    expect(await ids()).toHaveLength(10)
    stream.destroy()
  })

  it('begin commitMs after the first row that waits', async () => {
    const stream = create({ commitMs: 1 })
    stream.write({ id: 1 })
    stream.write({ id: 2 })
    expect(stream.writableLength).toBe(2)
    const [receipt] = await once(stream, 'commit')
    expect(receipt).toMatchObject({ rows: 2 })
    stream.write({ id: 3 })
    const [second] = await once(stream, 'commit')
    expect(second).toMatchObject({ rows: 1 })
    stream.destroy()
  })

  it('begin when the stream ends, and when no more rows may wait', async () => {
    const stream = create({ highWaterMark: 3 })
    const receipts = receiptsOf(stream)
    expect([1, 2, 3].map((id) => stream.write({ id }))).toEqual([true, true, false])
    await once(stream, 'commit')
    stream.end({ id: 4 })
    await finished(stream)
    expect(receipts.map((receipt) => receipt.rows)).toEqual([3, 1])
  })

  it('take all that wait, one after the other', async () => {
    const stream = create({ commitRows: 10 })
    const receipts = receiptsOf(stream)
    for (const row of rows(1000)) stream.write(row)
    stream.end()
    await finished(stream)
    expect(receipts.map((receipt) => receipt.rows)).toEqual([10, 990])
    expect(await ids()).toEqual(rows(1000).map(({ id }) => id))
  })

  it('of many rows are committed in their order, also while the next are encoded', async () => {
    await need('rowid')
    const stream = create()
    const receipts = receiptsOf(stream)
    let seen = 0
    const inOrder: boolean[] = []
    stream.on('commit', () => {
      const { rows: committed } = stream.committed
      inOrder.push(committed > seen)
      seen = committed
    })
    await pipeline(Readable.from(rows(400_000)), stream)
    expect(receipts.length).toBeGreaterThan(2)
    expect(inOrder).not.toContain(false)
    const sql = `SELECT count(*)::INT AS n, count(*) FILTER (id <> rowid)::INT AS strays FROM ${nameOf(table)}`
    expect(await tables.db.query(sql)).toEqual([{ n: 400_000, strays: 0 }])
  })

  it('take no more once they have many rows, or large ones', async () => {
    const text = 'x'.repeat(8000)
    const [small, large] = [create({ commitRows: 100 }), create({ commitRows: 2000, highWaterMark: 5000 })]
    const [ofSmall, ofLarge] = [receiptsOf(small), receiptsOf(large)]
    await pipeline(rows(40_000), small)
    await pipeline(
      (function* () {
        for (const row of rows(15_000)) yield { ...row, text }
      })(),
      large,
    )
    // What waits when it has so many is added, too.
    expect(Math.max(...ofSmall.map((receipt) => receipt.rows))).toBeLessThanOrEqual(1600 + 16_384)
    expect(Math.max(...ofLarge.map((receipt) => receipt.bytes))).toBeLessThan(48 * 1024 * 1024)
    expect(ofLarge.length).toBeGreaterThan(1)
    expect(await ids()).toHaveLength(55_000)
  })

  it('begin in time for rows that come while others wait for a commit to end', async () => {
    const stream = create({ commitRows: 10, commitMs: 1 })
    for (const row of rows(11)) stream.write(row)
    // Hands over the last one, whose commit cannot begin yet.
    stream.uncork()
    await new Promise((resolve) => {
      stream.write({ id: 11 }, resolve)
    })
    expect(stream.committed.rows).toBe(12)
    stream.destroy()
  })

  it('are seen by what is called after them', async () => {
    const stream = create({ commitRows: 1 })
    stream.on('commit', () => stream.end())
    stream.write({ id: 1 })
    await finished(stream)
    expect(await tables.db.query(`SELECT id::INT AS id FROM ${nameOf(table)}`)).toEqual([{ id: 1 }])
  })

  it('share a transaction with the calls that wait at the same time', async () => {
    const { commits } = tables.db.stats()
    const streams = Array.from({ length: 20 }, () => create({ commitRows: 1 }))
    const call = table.persist([{ id: 20 }])
    streams.forEach((stream, id) => {
      stream.end({ id })
    })
    await Promise.all([call, ...streams.map((stream) => finished(stream))])
    expect(tables.db.stats().commits - commits).toBeLessThan(5)
    expect(await ids()).toEqual(rows(21).map(({ id }) => id))
  })
})

describe('back-pressure', () => {
  it('is asked for by write() and taken back by drain, and what is written in spite of it is taken', async () => {
    const stream = create({ highWaterMark: 100, commitRows: 100 })
    const answers = rows(250).map((row) => stream.write(row))
    expect(answers.indexOf(false)).toBe(99)
    expect(stream.writableNeedDrain).toBe(true)
    await once(stream, 'drain')
    expect(stream.write({ id: 250 })).toBe(true)
    stream.end()
    await finished(stream)
    expect(await ids()).toHaveLength(251)
  })

  it('bounds the rows that wait, whatever the source does', async () => {
    const stream = create({ highWaterMark: 1000 })
    let most = 0
    const source = async function* () {
      for (const row of rows(50_000)) {
        most = Math.max(most, stream.writableLength)
        yield row
      }
    }
    await pipeline(source(), stream)
    expect(most).toBeLessThanOrEqual(1000)
    expect(stream.committed.rows).toBe(50_000)
  })

  it('lets a source go on while a commit is under way', async () => {
    const stream = create({ highWaterMark: 10 })
    for (const row of rows(10)) stream.write(row)
    // They are in a commit, which has not ended.
    expect(stream.committed.rows).toBe(0)
    await once(stream, 'drain')
    expect(stream.committed.rows).toBe(0)
    expect(stream.write({ id: 10 })).toBe(true)
    stream.end()
    await finished(stream)
    expect(stream.committed.rows).toBe(11)
  })
})

describe('the callback of write()', () => {
  it('is called when the row is committed, in the order of the rows', async () => {
    const stream = create({ commitRows: 3 })
    const called: unknown[] = []
    for (const row of rows(7)) {
      stream.write(row, (error) => called.push([row.id, error, stream.committed.rows]))
    }
    stream.end()
    await finished(stream)
    expect(called).toEqual(rows(7).map(({ id }) => [id, undefined, id < 3 ? 3 : 7]))
  })

  it('is called with the error of its commit, or of the one before', async () => {
    const stream = create({ commitRows: 2 })
    const called: unknown[] = []
    const record = (error: unknown) => called.push((error as { code?: string } | undefined)?.code)
    for (const id of [1, 2]) stream.write({ id }, record)
    await once(stream, 'commit')
    for (const id of ['three', 4, 5]) stream.write({ id }, record)
    await expect(finished(stream)).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    const rejected = 'PERSIST_ROW_REJECTED'
    expect(called).toEqual([undefined, undefined, rejected, rejected, rejected])
  })

  it('is called once with an error where the stream is destroyed before', async () => {
    const stream = create()
    const called: unknown[] = []
    stream.write({ id: 1 }, (error) => called.push(error))
    stream.destroy()
    await closed(stream)
    expect(called).toMatchObject([{ code: 'PERSIST_ABORTED', committed: { rows: 0 } }])
  })
})

describe('cork()', () => {
  it('keeps the rows until uncork(), which are committed together', async () => {
    const stream = create({ commitRows: 2, commitMs: 0 })
    const receipts = receiptsOf(stream)
    stream.cork()
    for (const row of rows(5)) stream.write(row)
    await tables.db.query('SELECT 1')
    expect(stream.writableLength).toBe(5)
    stream.uncork()
    await once(stream, 'commit')
    expect(receipts).toMatchObject([{ rows: 5 }])
    stream.destroy()
  })

  it('is undone by end()', async () => {
    const stream = create()
    stream.cork()
    stream.cork()
    stream.end({ id: 1 })
    await finished(stream)
    expect(await ids()).toEqual([1])
  })

  it('changes nothing where it is undone more often than it was done', async () => {
    const stream = create({ commitRows: 3 })
    stream.write({ id: 1 })
    for (let call = 0; call < 3; call++) stream.uncork()
    stream.write({ id: 2 })
    stream.uncork()
    stream.write({ id: 3 })
    stream.end({ id: 4 })
    await finished(stream)
    expect(await ids()).toEqual([1, 2, 3, 4])
  })
})

describe('misuse', () => {
  it.each([
    [{ commitRows: 0 }, RangeError],
    [{ commitRows: 1.5 }, RangeError],
    [{ commitRows: '10' }, TypeError],
    [{ commitMs: -1 }, RangeError],
    [{ commitMs: Number.NaN }, RangeError],
    [{ highWaterMark: 0 }, RangeError],
    [{ atomic: 'yes' }, TypeError],
    [{ onConflict: 'update' }, TypeError],
    [{ onRowError: 'ignore' }, TypeError],
    [{ objectMode: true }, TypeError],
    [null, TypeError],
  ])('of the options is refused at the call: %j', (options, kind) => {
    expect(() => table.createWriteStream(options as WriteStreamOptions)).toThrow(kind)
  })

  it('is what Node says of a row after the end, and of null', async () => {
    const stream = create()
    expect(() => stream.write(null as never)).toThrow(
      expect.objectContaining({ code: 'ERR_STREAM_NULL_VALUES' }),
    )
    stream.end({ id: 1 })
    stream.write({ id: 2 })
    await expect(finished(stream)).rejects.toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
    await table.persist([])
    expect(await ids()).toEqual([1])
  })

  it.each([[undefined], [5], ['text'], [[1]], [Buffer.from('bytes')]])(
    'that is no row is rejected as by persist(): %j',
    async (row) => {
      const stream = create({ onRowError: 'skip' })
      const receipts = receiptsOf(stream)
      stream.write(row as never)
      stream.end({ id: 1 })
      await finished(stream)
      expect(receipts[0]?.rejections).toMatchObject([{ index: 0, code: 'type' }])
      expect(await ids()).toEqual([1])
    },
  )
})

describe('listeners of commit', () => {
  it('that throw fail nobody but themselves', async () => {
    const stream = create({ commitRows: 1 })
    const uncaught = new Promise((resolve) => {
      const before = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        for (const listener of before) process.on('uncaughtException', listener)
        resolve(error)
      })
    })
    stream.once('commit', () => {
      throw new Error('thrown on purpose')
    })
    stream.write({ id: 1 })
    expect(await uncaught).toMatchObject({ message: 'thrown on purpose' })
    stream.end({ id: 2 })
    await finished(stream)
    expect(await ids()).toEqual([1, 2])
  })

  it('may write, end and destroy', async () => {
    const stream = create({ commitRows: 1 })
    stream.once('commit', () => {
      stream.write({ id: 2 })
      stream.once('commit', () => stream.destroy())
    })
    stream.write({ id: 1 })
    await closed(stream)
    expect(stream.committed.rows).toBe(2)
    expect(await ids()).toEqual([1, 2])
  })
})
