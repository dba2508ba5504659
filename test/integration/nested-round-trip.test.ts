import { open, type PersistenceService } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { type GeneratedType, nestedType, nullable } from '../support/nested-values.js'

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await open(':memory:')
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
  await fc.assert(
    fc.asyncProperty(columns(3), async ({ type, values }) => {
      const name = `t${++tables}`
      const table = await db.table(name, { columns: { id: 'INTEGER NOT NULL', v: type } })
      await table.persist(values.map(({ given }, id) => ({ id, v: given })))
      const written = await db.query(`SELECT id, v, v::VARCHAR AS text FROM ${name} ORDER BY id`)
      const literals = values.map(({ sql }, id) => `SELECT ${id}::INTEGER AS id, ${sql} AS v`)
      const all = literals.join(' UNION ALL ')
      const expected = await db.query(`SELECT id, v, v::VARCHAR AS text FROM (${all}) ORDER BY id`)
      expect(written).toEqual(expected)
      await db.run(`DROP TABLE ${name}`)
    }),
    { ...generatedCases(60), endOnFailure: true },
  )
})
