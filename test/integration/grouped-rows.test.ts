import { open, type PersistenceError, type PersistenceService, type Rejection } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'

/**
 * Rows of an array are encoded in groups, and those of a generator one by one: what is written, and what is said of
 * each row, must be the same.
 */
let db: PersistenceService
let small: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await open(':memory:', { threads: 1 })
  // Batches of 64 KiB, so that many groups meet the end of one.
  small = await open(':memory:', { threads: 1, maxInFlightBytes: 65_536 })
})
afterAll(async () => {
  await db.close()
  await small.close()
})

const columns = { id: 'INTEGER', first: 'JSON', name: 'VARCHAR', second: 'JSON' } as const
type Values = Record<string, unknown>
const between = ',"~",'

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
  toJSON(key: string) {
    return { x: this.x, key }
  }
}

function circle(): object {
  const value: { self?: object } = {}
  value.self = value
  return value
}

const usual = fc.record({ n: fc.integer(), text: fc.string({ maxLength: 200 }), list: fc.array(fc.double()) })
/** What a group has to be ended for, or what must not be mistaken for its end. */
const unusual = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.string(),
  fc.integer(),
  fc.constant([]),
  fc.constant({}),
  fc.string({ unit: 'binary' }).map((text) => ({ text, other: 'é🦆' })),
  fc.integer().map((x) => new Point(x)),
  fc.date({ noInvalidDate: true }),
  fc.constant('~'),
  fc.constant([between, '~', 1, '~', between]),
  fc.constant({ a: '~', '~': ['~', null] }),
  fc.nat(40).map((times) => ({ text: 'long'.repeat(times * 500) })),
  fc.constantFrom(Object(Number.NaN), Object(1), Object('boxed')),
)
const bad = fc.oneof(
  fc.constant(circle()),
  fc.constant({ n: 1n }),
  fc.constant(() => 1),
  fc.constant(Number.NaN),
  fc.constant({
    toJSON() {
      throw new Error('no')
    },
  }),
)
const json = fc.oneof(
  { weight: 30, arbitrary: usual },
  { weight: 2, arbitrary: unusual },
  { weight: 1, arbitrary: bad },
)
const name = fc.oneof(
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constant(`${'unpaired '.repeat(4)}\ud83e`) },
  { weight: 1, arbitrary: fc.constant('long'.repeat(2000)) },
)
const row = fc.record({ first: json, name, second: json }, { requiredKeys: ['first'] })

async function persistBoth(service: PersistenceService, rows: readonly Values[], more: object = {}) {
  const outcomes = []
  for (const source of [rows, rows.values()]) {
    const table = `t${tables++}`
    const target = await service.table(table, { columns })
    const outcome = await target.persist(source as never, { onRowError: 'skip', ...more }).then(
      ({ inserted, rejected, rejections, rows: count }) => {
        return { count, inserted, rejected, rejections: rejections.map(verdict) }
      },
      (error: PersistenceError) => ({
        code: error.code,
        rejection: error.rejection && verdict(error.rejection),
      }),
    )
    const stored = await service.query(
      `SELECT * REPLACE (first::VARCHAR AS first, second::VARCHAR AS second) FROM ${table}`,
    )
    await service.run(`DROP TABLE ${table}`)
    outcomes.push({ outcome, stored })
  }
  return outcomes
}

function verdict({ index, code, column, message }: Rejection) {
  return { index, code, column, message }
}

describe('rows of an array', () => {
  it.each([
    ['in ordinary batches', () => db],
    ['in small batches', () => small],
  ])('are written, or rejected, as if they were encoded one by one, %s', async (_, service) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 60, maxLength: 400, size: 'max' }),
        fc.boolean(),
        async (rows, isSkip) => {
          const numbered = rows.map((values, id) => ({ id, ...values }))
          const onRowError = isSkip ? 'skip' : 'abort'
          const [grouped, alone] = await persistBoth(service(), numbered, { onRowError })
          expect(grouped).toEqual(alone)
        },
      ),
      // A failure is shown as it is: to shrink hundreds of rows takes minutes.
      { ...generatedCases(16), endOnFailure: true },
    )
  })

  it('are all written when many of them, and their batches, end where a group does not', async () => {
    const rows = Array.from({ length: 5000 }, (_, id) => ({
      id,
      first: { id, text: id % 3 === 0 ? 'é'.repeat(id % 200) : 'e'.repeat(id % 200) },
      name: 'n'.repeat(id % 90),
      ...(id % 2 === 0 ? { second: [id] } : {}),
    }))
    const [grouped, alone] = await persistBoth(small, rows)
    expect(grouped?.outcome).toMatchObject({ inserted: 5000, rejected: 0 })
    expect(grouped).toEqual(alone)
  })

  it('may share an object that a getter changes from row to row', async () => {
    const shared = { n: 0 }
    class Row {
      readonly id: number
      constructor(id: number) {
        this.id = id
      }
      get first() {
        shared.n = this.id
        return shared
      }
    }
    const [grouped] = await persistBoth(
      db,
      Array.from({ length: 300 }, (_, id) => new Row(id) as unknown as Values),
    )
    expect(grouped?.stored.map(({ first }) => first)).toEqual(
      Array.from({ length: 300 }, (_, id) => `{"n":${id}}`),
    )
  })

  it('may change as soon as the event loop has had its turn', async () => {
    const table = await db.table('changing', { columns })
    // The first call on a table waits until it is known what it is linked with.
    await table.persist([])
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, first: { id, isOver: false } }))
    const persisting = table.persist(rows)
    let isDone = false
    let turns = 0
    const change = () => {
      turns++
      for (const { first } of rows) first.isOver = true
      if (!isDone) setImmediate(change)
    }
    setImmediate(change)
    await persisting
    isDone = true
    const [found] = await db.query(`SELECT count(*)::INTEGER AS n, count(DISTINCT id)::INTEGER AS ids,
      count(*) FILTER ((first->>'isOver') = 'false')::INTEGER AS early FROM changing`)
    expect(turns).toBeGreaterThan(1)
    expect(found).toMatchObject({ n: 50_000, ids: 50_000 })
    // Rows of the first slice are as they were when it was encoded.
    expect(found?.early).toBeGreaterThan(0)
  })

  it('report their first bad row, and not a later one that was found before it', async () => {
    const rows: Values[] = Array.from({ length: 300 }, (_, id) => ({ id, first: { id } }))
    rows[150] = { id: 150, first: { n: 1n } }
    rows[152] = { id: 'no integer', first: {} }
    const [grouped, alone] = await persistBoth(db, rows, { onRowError: 'abort' })
    expect(grouped).toEqual(alone)
    expect(grouped?.outcome).toMatchObject({ rejection: { index: 150, code: 'serialize', column: 'first' } })
  })

  it('are asked about in their order by a function', async () => {
    const rows: Values[] = Array.from({ length: 300 }, (_, id) => ({ id, first: { id } }))
    for (const id of [100, 101, 130, 299]) rows[id] = { id, first: circle() }
    rows[120] = { id: 120, first: {}, name: 7 }
    const asked: number[] = []
    const table = await db.table('asked', { columns })
    const receipt = await table.persist(rows as never, {
      onRowError: ({ index }) => {
        asked.push(index)
        return 'skip'
      },
    })
    expect(asked).toEqual([100, 101, 120, 130, 299])
    expect(receipt).toMatchObject({ rows: 300, inserted: 295, rejected: 5 })
  })
})
