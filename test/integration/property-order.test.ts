import { open, type PersistenceService } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'

/**
 * Rows are read by their own properties, in whatever order these come, where that is enough, and column by column where
 * it is not: what is written, and what is said of each row, must be the same.
 */
let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await open(':memory:', { threads: 1 })
})
afterAll(async () => {
  await db.close()
})

type Entries = readonly (readonly [name: string, value: unknown])[]

const good: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  id: fc.oneof(fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.maxSafeInteger()),
  name: fc.option(fc.string({ unit: 'binary', maxLength: 60 })),
  constructor: fc.option(fc.double()),
  level: fc.option(fc.integer({ min: -32_768, max: 32_767 })),
  data: fc.option(fc.record({ n: fc.integer(), text: fc.string() })),
}
const bad = fc.constantFrom<unknown>(
  undefined,
  null,
  0.5,
  '\ud83e',
  40_000,
  Symbol('bad'),
  () => 1,
  10n ** 30n,
)
const entries: fc.Arbitrary<Entries> = fc
  .record(
    Object.fromEntries(
      Object.entries(good).map(([name, value]) => {
        return [name, fc.oneof({ weight: 20, arbitrary: value }, { weight: 1, arbitrary: bad })]
      }),
    ),
    { requiredKeys: ['id'], noNullPrototype: true },
  )
  .chain((values) => fc.shuffledSubarray(Object.entries(values), { minLength: Object.keys(values).length }))

/** Nothing of it can be enumerated, so that each column has to be asked for by name. A function that is inherited is a method. */
function hide(row: Entries): object {
  const propertiesOf = (isOwn: boolean) =>
    Object.fromEntries(
      row
        .filter(([, value]) => (typeof value === 'function') === isOwn)
        .map(([name, value]) => [name, { value }]),
    )
  return Object.create(Object.create(null, propertiesOf(false)), propertiesOf(true))
}

async function persist(rows: readonly object[]) {
  const table = `t${tables++}`
  await db.run(
    `CREATE TABLE ${table} (
       id BIGINT NOT NULL, name VARCHAR, "constructor" DOUBLE, level SMALLINT DEFAULT 7, data JSON)`,
  )
  const target = await db.table(table)
  const { inserted, rejected, rejections } = await target.persist(rows as never, { onRowError: 'skip' })
  const stored = await db.query(`SELECT * REPLACE (data::VARCHAR AS data) FROM ${table}`)
  await db.run(`DROP TABLE ${table}`)
  const verdicts = rejections.map(({ index, code, column, message }) => ({ index, code, column, message }))
  return { inserted, rejected, verdicts, stored }
}

describe('the properties of a row', () => {
  it('may be in any order, of another one in every row, and inherited', async () => {
    let inserted = 0
    let rejected = 0
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { minLength: 20, maxLength: 150, size: 'max' }), async (rows) => {
        const own = await persist(rows.map((row) => Object.fromEntries(row)))
        expect(own).toEqual(await persist(rows.map(hide)))
        inserted += own.inserted
        rejected += own.rejected
      }),
      { ...generatedCases(12), endOnFailure: true },
    )
    expect(Math.min(inserted, rejected)).toBeGreaterThan(100)
  })
})
