import type { PersistenceService } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { type GeneratedType, nestedType, nullable } from '../support/nested-values.js'
import { nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await openForTest(':memory:')
})
afterAll(() => db.close())

/** A type, and values of it or null. */
function columns(levels: number) {
  return nestedType(levels).chain((type: GeneratedType) =>
    fc.array(nullable(type), { minLength: 1, maxLength: 30 }).map((values) => ({ type: type.sql, values })),
  )
}

it('a value of any nested type is read as what SQL makes of the same literal', {
  timeout: 120_000,
}, async () => {
  // It is of all types.
  await need('nested types', 'type BIT', 'type HUGEINT', 'type ARRAY', 'type UNION')
  await fc.assert(
    fc.asyncProperty(columns(3), async ({ type, values }) => {
      const name = `t${++tables}`
      const table = await db.table(name, { ...placeForTest(), columns: { id: 'INTEGER NOT NULL', v: type } })
      await table.persist(values.map(({ given }, id) => ({ id, v: given })))
      const written = await db.query(`SELECT id, v, v::VARCHAR AS text FROM ${nameOf(name)} ORDER BY id`)
      const literals = values.map(({ sql }, id) => `SELECT ${id}::INTEGER AS id, ${sql} AS v`)
      const all = literals.join(' UNION ALL ')
      const expected = await db.query(`SELECT id, v, v::VARCHAR AS text FROM (${all}) ORDER BY id`)
      expect(written).toEqual(expected)
      await db.run(`DROP TABLE ${nameOf(name)}`)
    }),
    { ...generatedCases(60), endOnFailure: true },
  )
})
