import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Receipt, Table, WriteStreamOptions } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { closed } from '../support/closed-stream.js'
import { need } from '../support/test-engine.js'
import { TestTables } from '../support/test-tables.js'

const tables = new TestTables()
let table: Table

beforeEach(async () => {
  table = await tables.create('id BIGINT NOT NULL')
})

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, id) => ({ id: id + from }))
const count = async () => (await tables.read(table, 'count(*)::INT AS n'))[0]?.n
const create = (options: WriteStreamOptions = {}) => table.createWriteStream({ atomic: true, ...options })

/** Resolves when the rows written so far have been taken. */
async function taken(stream: ReturnType<typeof create>): Promise<void> {
  while (stream.writableLength > 1) await new Promise(setImmediate)
}

describe('an atomic write stream', () => {
  it.each([[1], [1000], [50_000]])('commits once, at its end (%i rows)', async (rowCount) => {
    const stream = create({ commitRows: 1, commitMs: 0 })
    const receipts: Receipt[] = []
    stream.on('commit', (receipt) => receipts.push(receipt))
    await pipeline(Readable.from(rows(rowCount)), stream)
    expect(receipts).toMatchObject([{ rows: rowCount, inserted: rowCount }])
    expect(stream.committed).toMatchObject({ commits: 1, rows: rowCount })
    expect(await count()).toBe(rowCount)
  })

  it('has committed nothing before its end', async () => {
    const stream = create()
    for (const row of rows(5000)) stream.write(row)
    await taken(stream)
    expect(await count()).toBe(0)
    expect(stream.committed.rows).toBe(0)
    stream.end({ id: 5000 })
    await finished(stream)
    expect(await count()).toBe(5001)
  })

  it('keeps the order of rows', async () => {
    const keyed = await tables.create(undefined, { columns: { id: 'BIGINT', n: 'INTEGER' }, key: ['id'] })
    const stream = keyed.createWriteStream({ atomic: true, onConflict: 'update' })
    for (let n = 0; n < 5000; n++) {
      stream.write({ id: n % 3, n })
      if (n % 700 === 0) await new Promise(setImmediate)
    }
    stream.end()
    await finished(stream)
    expect(await tables.read(keyed, 'id::INT AS id, n')).toEqual([
      { id: 0, n: 4998 },
      { id: 1, n: 4999 },
      { id: 2, n: 4997 },
    ])
  })

  it('commits nothing where nothing was written', async () => {
    const stream = create()
    stream.end()
    await finished(stream)
    expect(stream.committed.commits).toBe(0)
  })

  it('bounds the rows that wait, and goes on at drain', async () => {
    const stream = create({ highWaterMark: 10 })
    let most = 0
    const source = async function* () {
      for (const row of rows(10_000)) {
        most = Math.max(most, stream.writableLength)
        yield row
      }
    }
    await pipeline(source(), stream)
    expect(most).toBeLessThanOrEqual(10)
    expect(await count()).toBe(10_000)
  })

  it('takes a thousand rows written at once, corked or not', async () => {
    const stream = create({ highWaterMark: 10 })
    stream.cork()
    for (const row of rows(1000)) stream.write(row)
    stream.uncork()
    for (const row of rows(1000, 1000)) stream.write(row)
    stream.end()
    await finished(stream)
    expect(await count()).toBe(2000)
  })

  it('calls back write() when all is committed', async () => {
    const stream = create()
    const called: unknown[] = []
    for (const { id } of rows(3)) stream.write({ id }, () => called.push([id, stream.committed.rows]))
    await taken(stream)
    expect(called).toEqual([])
    stream.end()
    await finished(stream)
    expect(called).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ])
  })

  it('lets other calls go on meanwhile', async () => {
    await need('calls side by side')
    const stream = create()
    stream.write({ id: 0 })
    await table.persist([{ id: 1 }])
    const other = await tables.create(undefined, { columns: { id: 'BIGINT' }, key: ['id'] })
    await other.persist([{ id: 1 }])
    expect(await count()).toBe(1)
    stream.end()
    await finished(stream)
    expect(await count()).toBe(2)
  })
})

describe('of an atomic write stream, nothing is written', () => {
  it('where its source fails in a pipeline()', async () => {
    const failing = async function* () {
      yield* rows(20_000)
      throw new Error('the source has failed')
    }
    const stream = create()
    await expect(pipeline(failing(), stream)).rejects.toThrow('the source has failed')
    await closed(stream)
    expect(await count()).toBe(0)
    expect(stream.committed.rows).toBe(0)
  })

  it('where a row is bad, and callbacks have the error', async () => {
    const stream = create()
    const called: unknown[] = []
    stream.write({ id: 1 }, (error) => called.push(error))
    stream.write({ id: 'bad' }, (error) => called.push(error))
    const error: unknown = await finished(stream).catch((reason) => reason)
    const expected = { code: 'PERSIST_ROW_REJECTED', rejection: { index: 1 }, committed: { rows: 0 } }
    expect(error).toMatchObject(expected)
    expect(called).toMatchObject([expected, expected])
    expect(await count()).toBe(0)
  })

  it('where it is destroyed, or its signal is aborted', async () => {
    await need('calls side by side')
    const controller = new AbortController()
    const [destroyed, aborted, fresh] = [create(), create({ signal: controller.signal }), create()]
    for (const stream of [destroyed, aborted]) for (const row of rows(5000)) stream.write(row)
    await Promise.all([taken(destroyed), taken(aborted)])
    // It is listened to before it fails, which may be before the other is closed.
    const failed = expect(finished(aborted)).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    destroyed.destroy()
    fresh.destroy()
    controller.abort()
    await closed(destroyed)
    await failed
    expect(destroyed.errored).toBeNull()
    expect(await count()).toBe(0)
    expect(await table.persist(rows(3))).toMatchObject({ inserted: 3 })
  })
})

it('an atomic write stream leaves bad rows out under skip', async () => {
  const stream = create({ onRowError: 'skip', maxRejections: 2 })
  const receipts: Receipt[] = []
  stream.on('commit', (receipt) => receipts.push(receipt))
  for (const id of ['a', 1, 'b', 'c']) stream.write({ id })
  stream.end()
  await finished(stream)
  const rejections = [{ index: 0 }, { index: 2 }]
  expect(receipts).toMatchObject([{ rows: 4, inserted: 1, rejected: 3, rejections }])
  expect(await count()).toBe(1)
})
