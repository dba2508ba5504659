import { Readable } from 'node:stream'
import type { PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { createSqlTable, nameOf, openForTest, placeForTest } from '../support/test-engine.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService
let tables = 0
let name: string
/** How many rows are to be in the tables after all tests. */
const expected = new Map<string, number>()

beforeAll(async () => {
  db = await openForTest(path, { maxInFlightBytes: 4 * 1024 * 1024 })
})
beforeEach(() => {
  name = `t${++tables}`
})
afterAll(async () => {
  await db.close()
  const counts = [...expected.keys()].map((table) => `SELECT count(*)::INT AS n FROM ${nameOf(table)}`)
  expect(await readEach(path, counts)).toEqual([...expected.values()].map((n) => [{ n }]))
})

interface Row {
  id: number
  name?: string
}

function* rows(count: number, start = 0): Generator<Row> {
  for (let id = start; id < start + count; id++) yield { id, name: `name of row ${id}` }
}

async function createTable(options: { readonly key?: readonly ['id'] } = {}) {
  return db.table(name, {
    ...placeForTest(),
    columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' },
    ...options,
  })
}

/** Expects so many rows in the table, now and for another client after close(). */
async function expectCount(n: number): Promise<void> {
  expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf(name)}`)).toEqual([{ n }])
  expected.set(name, n)
}

describe('the rows of persist()', () => {
  it.each<[string, () => Iterable<Row> | AsyncIterable<Row>]>([
    ['an array', () => [...rows(3)]],
    ["a Map's values", () => new Map([...rows(3)].map((row) => [row.id, row])).values()],
    ['a generator', () => rows(3)],
    ['a Set', () => new Set(rows(3))],
    ['an async generator', () => Readable.from(rows(3)).map((row) => row)],
    ['a Node stream', () => Readable.from(rows(3))],
    ['a web stream', () => Readable.toWeb(Readable.from(rows(3))) as never],
  ])('can come from %s', async (_, source) => {
    const table = await createTable()
    expect(await table.persist(source())).toMatchObject({ rows: 3, inserted: 3 })
    await expectCount(3)
  })

  it('are written whatever number of bytes may be in flight', async () => {
    for (const maxInFlightBytes of [65_536, 65_537, 65_543, 100_001]) {
      const small = await openForTest(':memory:', { threads: 1, maxInFlightBytes })
      try {
        const table = await small.table('t', {
          ...placeForTest(),
          columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' },
        })
        expect(await table.persist(rows(10_000))).toMatchObject({ inserted: 10_000 })
      } finally {
        await small.close()
      }
    }
  })

  it('may be none: nothing is written', async () => {
    const table = await createTable()
    expect(await table.persist([])).toMatchObject({ rows: 0, inserted: 0, batches: 0, rejections: [] })
  })

  it.each<[string, unknown]>([
    ['a Map', new Map()],
    ['a string', 'rows'],
    ['an object', {}],
    ['null', null],
    ['bytes', new Uint8Array(2)],
  ])('are refused as %s', async (_, source) => {
    const table = await createTable()
    await expect(table.persist(source as never)).rejects.toThrow(TypeError)
  })

  it('are written all or not at all: a bad last row leaves nothing', async () => {
    const table = await createTable()
    function* badAtTheEnd() {
      yield* rows(300_000)
      yield { id: 1.5 }
    }
    const error = await table.persist(badAtTheEnd()).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { index: 300_000, column: 'id' } })
    expect(await table.persist(rows(1))).toMatchObject({ inserted: 1 })
    await expectCount(1)
  })

  it('pass on what their source throws, and the next call works', async () => {
    const table = await createTable()
    const thrown = new Error('source')
    async function* failing() {
      yield* rows(5000)
      throw thrown
    }
    await expect(table.persist(failing())).rejects.toBe(thrown)
    await table.persist(rows(2))
    await expectCount(2)
  })

  it('let a generator clean up when they are given up', async () => {
    const table = await createTable()
    let isCleanedUp = false
    async function* source() {
      try {
        yield { id: Number.NaN }
      } finally {
        isCleanedUp = true
      }
    }
    await expect(table.persist(source())).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(isCleanedUp).toBe(true)
  })
})

describe('onRowError', () => {
  const mixed = [
    { id: 1 },
    { id: 'x' as never },
    { id: 3 },
    { id: null as never },
    5 as never,
    { id: 6, nam: 'y' },
  ]

  it("'skip' writes the others and reports each", async () => {
    const table = await createTable()
    const receipt = await table.persist(mixed, { onRowError: 'skip', maxRejections: 3 })
    expect(receipt).toMatchObject({ rows: 6, inserted: 2, rejected: 4 })
    expect(receipt.rejections.map(({ index, column, code }) => [index, column, code])).toEqual([
      [1, 'id', 'type'],
      [3, 'id', 'not-null'],
      [4, undefined, 'type'],
    ])
    await expectCount(2)
  })

  it('as a function decides for each row', async () => {
    const table = await createTable()
    const seen: number[] = []
    const decide = ({ index, row }: { index: number; row: unknown }) => {
      expect(row).toBe(mixed[index])
      seen.push(index)
      return index < 4 ? 'skip' : 'abort'
    }
    await expect(table.persist(mixed, { onRowError: decide })).rejects.toMatchObject({
      rejection: { index: 4 },
    })
    expect(seen).toEqual([1, 3, 4])
    await expectCount(0)
  })

  it('that throws, or returns something else, rejects the call with it', async () => {
    const table = await createTable()
    const thrown = new Error('callback')
    const throwing = () => {
      throw thrown
    }
    await expect(table.persist(mixed, { onRowError: throwing })).rejects.toBe(thrown)
    await expect(table.persist(mixed, { onRowError: (() => undefined) as never })).rejects.toThrow(TypeError)
    await expectCount(0)
  })
})

describe('signal', () => {
  const aborted = { code: 'PERSIST_ABORTED', cause: 'reason' }

  it('aborts before, while it encodes, while it waits for a row, and while it is queued', async () => {
    const table = await createTable()
    await expect(table.persist(rows(1), { signal: AbortSignal.abort('reason') })).rejects.toMatchObject(
      aborted,
    )

    const running = new AbortController()
    const endless = table.persist(rows(Number.POSITIVE_INFINITY), {
      signal: running.signal,
      onProgress: () => running.abort('reason'),
    })
    await expect(endless).rejects.toMatchObject(aborted)

    const waiting = new AbortController()
    async function* neverAnswers() {
      yield* rows(1)
      await new Promise(() => undefined)
    }
    const stuck = table.persist(neverAnswers(), { signal: waiting.signal })
    const queued = new AbortController()
    const behind = table.persist(rows(1), { signal: queued.signal })
    queued.abort('reason')
    await expect(behind).rejects.toMatchObject(aborted)
    waiting.abort('reason')
    await expect(stuck).rejects.toMatchObject(aborted)

    await table.persist(rows(1))
    await expectCount(1)
  })
})

describe('onProgress', () => {
  it('reports each batch, and aborts the call with what it throws', async () => {
    const table = await createTable()
    const appended: number[] = []
    await table.persist(rows(100_000), { onProgress: (progress) => appended.push(progress.appended) })
    expect(appended.length).toBeGreaterThan(1)
    expect(appended.at(-1)).toBe(100_000)
    const thrown = new Error('callback')
    const onProgress = () => {
      throw thrown
    }
    await expect(table.persist(rows(1_000_000), { onProgress })).rejects.toBe(thrown)
    await expectCount(100_000)
  })
})

describe('the main thread', () => {
  it('is bounded in what it hands over, however fast the rows come', async () => {
    const table = await createTable()
    await table.persist(rows(1_000_000))
    const { peakInFlightBytes } = db.stats()
    expect(peakInFlightBytes).toBeGreaterThan(1024 * 1024)
    expect(peakInFlightBytes).toBeLessThanOrEqual(5 * 1024 * 1024)
    expect(db.stats().inFlightBytes).toBe(0)
  })

  it('has its turns while a generator that never waits is persisted', async () => {
    const table = await createTable()
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const receipt = await table.persist(Readable.from(rows(200_000)))
    const sliced = await table.persist(rows(500_000))
    clearInterval(timer)
    expect(receipt.inserted + sliced.inserted).toBe(700_000)
    expect(sliced.slices).toBeGreaterThan(20)
    expect(ticks).toBeGreaterThan(20)
  })
})

describe('overlapping calls', () => {
  it.each([
    ['with a key', true],
    ['without one', false],
  ])(
    'on a table %s are committed in the order in which they were made, or as they are ready',
    async (_, hasKey) => {
      const table = await createTable(hasKey ? { key: ['id'] } : {})
      const order: number[] = []
      const calls = [50_000, 1, 2000, 3].map(async (count, index) => {
        await table.persist(rows(count, index * 100_000))
        order.push(index)
        return db.query<{ n: bigint }>(`SELECT count(DISTINCT id // 100000) AS n FROM ${nameOf(name)}`)
      })
      const seen = await Promise.all(calls)
      expect([...order].sort()).toEqual([0, 1, 2, 3])
      if (!hasKey) return
      expect(order).toEqual([0, 1, 2, 3])
      for (const [index, result] of seen.entries()) expect(Number(result[0]?.n)).toBeGreaterThan(index)
    },
  )

  it('do not hold reads, which see nothing of what is not committed', async () => {
    const table = await createTable()
    const controller = new AbortController()
    const endless = table.persist(rows(Number.POSITIVE_INFINITY), { signal: controller.signal })
    for (let read = 0; read < 5; read++) {
      expect(await db.query(`SELECT count(*)::INT AS n FROM ${nameOf(name)}`)).toEqual([{ n: 0 }])
    }
    controller.abort()
    await expect(endless).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })
})

describe('what only the database can know', () => {
  it.each([
    ['PRIMARY KEY (id)', [{ id: 1 }, { id: 1 }], 'duplicate-key'],
    ['CHECK (id < 5)', [{ id: 1 }, { id: 7 }], 'check'],
  ])('%s fails the call, and nothing of it is written', async (constraint, bad, code) => {
    await createSqlTable(db, name, `id BIGINT NOT NULL, name VARCHAR, ${constraint}`)
    const table = await db.table(name, placeForTest())
    const error = await table.persist([...bad]).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { index: 1, code } })
    await table.persist([{ id: 2 }])
    await expectCount(1)
  })
})
