import { once } from 'node:events'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Committed, Rejection, Table, WriteStream, WriteStreamOptions } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { closed } from '../support/closed-stream.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'
import { TestTables } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new TestTables()
let table: Table

const never = 1e9
const bad = { id: 'no number' }

beforeEach(async () => {
  table = await tables.create('id BIGINT NOT NULL')
})

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, id) => ({ id: id + from }))
const ids = async () => (await tables.read(table, 'id::INT AS id')).map(({ id }) => id)
const create = (options: WriteStreamOptions = {}) => table.createWriteStream({ commitMs: never, ...options })

/** Writes rows and waits for their commit. */
async function commit<Row>(stream: WriteStream<Row>, ...given: readonly Row[]): Promise<void> {
  stream.cork()
  for (const row of given) stream.write(row)
  const committed = once(stream, 'commit')
  stream.uncork()
  await committed
}

async function errorOf(stream: WriteStream<never>) {
  const error: unknown = await finished(stream).catch((reason) => reason)
  return error as Error & { code?: string; committed?: Committed; rejection?: Rejection }
}

describe('a bad row', () => {
  it('destroys the stream with an error that says what is committed, and none of its commit is', async () => {
    const stream = create({ commitRows: 3 })
    await commit(stream, ...rows(3))
    for (const row of [...rows(1, 3), bad, ...rows(1, 5)]) stream.write(row)
    const error = await errorOf(stream)
    const counts = { commits: 1, rows: 3, inserted: 3, updated: 0, ignored: 0, rejected: 0 }
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', committed: counts })
    // Its index is that in the stream.
    expect(error.rejection).toMatchObject({ index: 4, row: bad, code: 'type' })
    expect(error.message).toContain('Row 4:')
    expect(stream).toMatchObject({ destroyed: true, errored: error, committed: counts })
    expect(await ids()).toEqual([0, 1, 2])
  })

  it('is left out under skip, and the receipt has its index in the stream', async () => {
    const stream = create({ onRowError: 'skip', commitRows: 3, maxRejections: 1 })
    const rejections: unknown[] = []
    stream.on('commit', (receipt) =>
      rejections.push([receipt.rejected, receipt.rejections.map(({ index }) => index)]),
    )
    await commit(stream, { id: 0 }, bad, { id: 2 })
    await commit(stream, bad, { id: 4 }, bad)
    stream.end()
    await finished(stream)
    expect(rejections).toEqual([
      [1, [1]],
      [2, [3]],
    ])
    expect(stream.committed).toMatchObject({ rows: 6, inserted: 3, rejected: 3 })
    expect(await ids()).toEqual([0, 2, 4])
  })

  it('is asked about by its index in the stream, whether the encoder or the database finds it', async () => {
    const keyed = await tables.create('id BIGINT PRIMARY KEY, n INTEGER CHECK (n > 0)')
    const asked: Rejection[] = []
    const stream = keyed.createWriteStream({
      commitMs: never,
      commitRows: 2,
      onRowError: (rejection) => {
        asked.push(rejection)
        return 'skip'
      },
    })
    await commit(stream, { id: 1, n: 1 }, { id: 2, n: 1 })
    await commit(stream, { id: 3, n: 1 }, { id: 3, n: 1 })
    await commit(stream, { id: 1, n: 1 }, { id: 4, n: -1 })
    await commit(stream, bad, { id: 5, n: 1 })
    stream.end()
    await finished(stream)
    expect(asked).toMatchObject([
      { index: 3, code: 'duplicate-key', conflictIndex: 2, row: { id: 3 } },
      { index: 4, code: 'duplicate-key', row: { id: 1 } },
      { index: 5, code: 'check', row: { id: 4 } },
      { index: 6, code: 'type', row: bad },
    ])
    expect(asked[0]?.message).toContain('row 2 of the call')
    // The row of an earlier commit is one of the table.
    expect(asked[1]).not.toHaveProperty('conflictIndex')
  })

  it('among many is found though the next commit is being encoded, which is not made', async () => {
    const stream = create()
    const source = async function* () {
      for (const row of rows(300_000)) yield row.id === 180_000 ? bad : row
    }
    const error: unknown = await pipeline(source(), stream).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { index: 180_000 } })
    const { committed } = stream
    expect(committed.rows).toBeLessThan(180_000)
    expect(committed.rows).toBeGreaterThan(0)
    const sql = `SELECT count(*)::INT AS n, max(id)::INT AS last FROM ${nameOf(table)}`
    expect(await tables.db.query(sql)).toEqual([{ n: committed.rows, last: committed.rows - 1 }])
  })
})

describe('what user code throws', () => {
  it('destroys the stream as it is', async () => {
    const thrown = new RangeError('thrown on purpose')
    const stream = create({
      onRowError: () => {
        throw thrown
      },
    })
    stream.end(bad)
    expect(await errorOf(stream)).toBe(thrown)
  })

  it('that is no error destroys it with one that has it as its cause', async () => {
    const stream = create({
      onRowError: () => {
        throw undefined
      },
    })
    stream.end(bad)
    const error = await errorOf(stream)
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toContain('undefined was thrown')
    expect('cause' in error && error.cause === undefined).toBe(true)
  })

  it('in onProgress, too, while there are rows to come', async () => {
    const wide = await tables.create('id BIGINT NOT NULL, text VARCHAR')
    const stream = wide.createWriteStream({
      onProgress: () => {
        throw new Error('thrown on purpose')
      },
    })
    const source = function* () {
      for (let id = 0; id < 200_000; id++) yield { id, text: 'x'.repeat(200) }
    }
    await expect(pipeline(source(), stream)).rejects.toThrow('thrown on purpose')
    expect(await tables.read(wide)).toEqual([])
  })
})

describe('a source that fails in a pipeline()', () => {
  it('has committed what was committed, and drops what waits', async () => {
    const stream = create({ commitRows: 10 })
    const failing = async function* () {
      yield* rows(15)
      await once(stream, 'commit')
      throw new Error('the source has failed')
    }
    await expect(pipeline(failing(), stream)).rejects.toThrow('the source has failed')
    await closed(stream)
    expect(stream.committed.rows).toBe(10)
    expect(await ids()).toEqual(rows(10).map(({ id }) => id))
  })
})

describe('destroy()', () => {
  it('drops what waits, and lets the commit end that is under way', async () => {
    const stream = create({ commitRows: 2 })
    for (const row of rows(3)) stream.write(row)
    stream.destroy()
    expect(stream.write({ id: 3 })).toBe(false)
    await closed(stream)
    expect(stream.committed.rows).toBe(2)
    expect(await ids()).toEqual([0, 1])
  })

  it('reports a commit that is under way and fails', async () => {
    const stream = create({ commitRows: 1 })
    stream.write(bad)
    stream.destroy()
    expect(await once(stream, 'error')).toMatchObject([{ code: 'PERSIST_ROW_REJECTED' }])
  })

  it('with an error emits that one', async () => {
    const stream = create({ commitRows: 1 })
    const reason = new Error('given up')
    stream.write(bad)
    stream.destroy(reason)
    expect(await once(stream, 'error')).toEqual([reason])
  })
})

describe('a signal', () => {
  it('destroys the stream, also while nothing is under way', async () => {
    const controller = new AbortController()
    const stream = create({ signal: controller.signal, commitRows: 2 })
    await commit(stream, ...rows(2))
    stream.write({ id: 2 })
    controller.abort(new Error('enough'))
    const error = await errorOf(stream)
    expect(error).toMatchObject({
      code: 'PERSIST_ABORTED',
      cause: { message: 'enough' },
      committed: { rows: 2 },
    })
    expect(await ids()).toEqual([0, 1])
  })

  it('that is aborted already destroys it at once', async () => {
    const stream = create({ signal: AbortSignal.abort() })
    expect(stream.destroyed).toBe(true)
    expect(await errorOf(stream)).toMatchObject({ code: 'PERSIST_ABORTED', committed: { rows: 0 } })
  })

  it('has no effect once the stream has finished', async () => {
    const controller = new AbortController()
    const stream = create({ signal: controller.signal })
    stream.end({ id: 1 })
    await finished(stream)
    controller.abort()
    expect(stream.errored).toBeNull()
  })
})

describe('a table that is dropped, or altered, between two commits', () => {
  it.each([
    ['dropped', 'DROP TABLE %s', 'PERSIST_TABLE_NOT_FOUND'],
    ['altered', 'ALTER TABLE %s ADD COLUMN more INTEGER', 'PERSIST_SCHEMA_MISMATCH'],
  ])('destroys the stream (%s)', async (what, sql, code) => {
    if (what === 'altered') await need('ALTER')
    const stream = create({ commitRows: 2 })
    await commit(stream, ...rows(2))
    await tables.db.run(sql.replace('%s', nameOf(table)))
    for (const row of rows(2, 2)) stream.write(row)
    expect(await errorOf(stream)).toMatchObject({ code, committed: { rows: 2, commits: 1 } })
  })
})

it('a write stream is not refused where no more calls may wait', async () => {
  const db = await openForTest(newDatabase(folder), { maxWaitingCalls: 1 })
  const own = await db.table('t', { ...placeForTest(), columns: { id: 'BIGINT NOT NULL' } })
  const first = own.persist(rows(1))
  await expect(own.persist(rows(1))).rejects.toMatchObject({ code: 'PERSIST_OVERLOADED' })
  const stream = own.createWriteStream({ commitRows: 1 })
  stream.end({ id: 1 })
  await Promise.all([first, finished(stream)])
  expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 2 }])
  await db.close()
})

describe('a lost worker', () => {
  it('destroys the streams that it wrote for, and later ones work on a fresh one', async () => {
    const db = await openForTest(newDatabase(folder), { resourceLimits: smallHeap })
    const own = await db.table('t', { ...placeForTest(), columns: { id: 'BIGINT NOT NULL' } })
    const stream = own.createWriteStream({ commitMs: never, commitRows: 2 })
    await commit(stream, ...rows(2))
    const lost = loseWorker(db).catch(({ code }) => code)
    for (const row of rows(200_000, 2)) stream.write(row)
    expect(await lost).toBe('PERSIST_WORKER_LOST')
    const error = await errorOf(stream)
    expect(error).toMatchObject({ code: 'PERSIST_WORKER_LOST', isDataLost: false })
    const found = `SELECT count(*)::INT AS n, max(id)::INT AS last FROM ${nameOf('t')}`
    const committed = error.committed?.rows ?? 0
    expect(await db.query(found)).toEqual([{ n: committed, last: committed - 1 }])
    const second = own.createWriteStream()
    await pipeline(Readable.from(rows(1, -1)), second)
    expect(await db.query(`SELECT min(id)::INT AS first FROM ${nameOf('t')}`)).toEqual([{ first: -1 }])
    await db.close()
  })

  it('is noticed by nobody where it was lost between two commits', async () => {
    const db = await openForTest(newDatabase(folder), { resourceLimits: smallHeap })
    const own = await db.table('t', { ...placeForTest(), columns: { id: 'BIGINT NOT NULL' } })
    const stream = own.createWriteStream({ commitMs: never, commitRows: 2 })
    await commit(stream, ...rows(2))
    await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    stream.end({ id: 2 })
    await finished(stream)
    expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf('t')}`)).toEqual([{ n: 3 }])
    await db.close()
  })
})
