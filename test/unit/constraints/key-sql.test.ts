import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  countKeys,
  countTaken,
  selectConflicts,
  selectKeys,
  selectSuperseded,
} from '../../../src/worker/constraints/key-sql.js'
import { generatedCases } from '../../support/generated-cases.js'

type Value = number | null
/** Values of two columns; the ordinal is the row's place. */
type Row = readonly [Value, Value]

const columns = ['a', 'b'] as const

let instance: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  connection = await instance.connect()
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

async function read(sql: string): Promise<Value[][]> {
  const reader = await connection.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY ALL`)
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : Number(value))))
}

/** SQL of the keys of rows, as it is made for a table of them. */
function keysOf(rows: readonly Row[], key: readonly string[]): string {
  const values = [...rows, [null, null]].map(([a, b], n) => `(${n}, ${a}, ${b})`)
  const from = `(VALUES ${values.join(', ')}) AS r (n, a, b)`
  return selectKeys({ from, where: `n < ${rows.length}`, ordinal: 'n' }, key)
}

/** The rows that have a key: their ordinals, and the key as one text. */
function keyed(rows: readonly Row[], key: readonly (typeof columns)[number][]) {
  return rows.flatMap((row, o) => {
    const values = key.map((name) => row[columns.indexOf(name)] ?? null)
    return values.includes(null) ? [] : [{ o, values, text: values.join() }]
  })
}

const value = fc.option(fc.nat({ max: 2 }), { freq: 4 })
const someRows = fc.array(fc.tuple(value, value), { maxLength: 10, size: 'max' })

it.each([{ key: ['a'] }, { key: ['b', 'a'] }] as const)(
  'the SQL finds in rows with the key $key what a look at each of them finds',
  async ({ key }) => {
    await fc.assert(
      fc.asyncProperty(someRows, someRows, async (freshRows, oldRows) => {
        const [fresh, old] = [keysOf(freshRows, key), keysOf(oldRows, key)]
        const [rows, taken] = [keyed(freshRows, key), keyed(oldRows, key).map(({ text }) => text)]
        const firstWith = (text: string) => rows.find((row) => row.text === text)?.o
        const texts = new Set(rows.map(({ text }) => text))

        expect(await read(fresh)).toEqual(rows.map(({ o, values }) => [o, ...values]))
        expect(await read(countKeys(fresh, key))).toEqual([[rows.length, texts.size]])
        expect(await read(countTaken(fresh, old, key))).toEqual([
          [[...texts].filter((text) => taken.includes(text)).length],
        ])
        expect(await read(selectConflicts(fresh, old, key))).toEqual(
          rows.flatMap(({ o, text }) => {
            if (taken.includes(text)) return [[o, null]]
            const first = firstWith(text)
            return first === undefined || first === o ? [] : [[o, first]]
          }),
        )
        expect(await read(selectSuperseded(fresh, key))).toEqual(
          rows
            .filter(({ o, text }) => rows.some((row) => row.text === text && row.o > o))
            .map(({ o }) => [o]),
        )
      }),
      generatedCases(15),
    )
  },
)

it('a relation is taken as far as its condition holds, and by expressions that are keys', async () => {
  const from = `(VALUES (5, 'x'), (3, 'X'), (4, 'y'), (1, NULL)) AS r (n, a)`
  const sql = selectKeys({ from, where: 'n <> 4', ordinal: '10 * n' }, ['ord(lower(a))', 'n'])
  expect(await read(sql)).toEqual([
    [30, 120, 3],
    [50, 120, 5],
  ])
})
