import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

/** Names that would be something else in JavaScript, or end what they are quoted by. */
const names = [
  '__proto__',
  'constructor',
  'readers',
  'index',
  '10',
  '2',
  '"',
  "'",
  '` + (globalThis.hacked = true) + `',
  '\\',
  '\\"]: (globalThis.hacked = true), ["x',
  ']: 1 }; globalThis.hacked = true; return { a',
  '*/ globalThis.hacked = true /*',
  'line\nline\r\u2028\u2029',
  '\u{1f986}',
  ' ',
]
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
const valuesOf = (row: number) => names.map((_, column) => BigInt(row * 100 + column))

describe.each([
  ['a few rows', 3],
  ['many rows', 5000],
])('the properties of %s', (_, rows) => {
  it('are the columns, whatever their names', async () => {
    const columns = names.map((name, column) => `i * 100 + ${column} AS ${quote(name)}`)
    const read = await db.query(`SELECT ${columns.join(', ')} FROM range($rows) r(i) ORDER BY i`, { rows })
    expect(read).toHaveLength(rows)
    for (const [index, row] of read.entries()) {
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect(new Map(Object.entries(row))).toEqual(
        new Map(valuesOf(index).map((value, column) => [names[column], value])),
      )
    }
    expect(globalThis).not.toHaveProperty('hacked')
  })

  it('are the fields of a STRUCT, whatever their names, at any level', async () => {
    const fields = names.map((name, field) => `${quote(name)} := i * 100 + ${field}`).join(', ')
    const sql = `SELECT [struct_pack(${fields})] AS list, MAP {'k': struct_pack(${fields})} AS map
      FROM range($rows) r(i) ORDER BY i`
    const read = await db.query<{ list: object[]; map: { key: string; value: object }[] }>(sql, { rows })
    expect(read).toHaveLength(rows)
    for (const [index, { list, map }] of read.entries()) {
      const expected = new Map(valuesOf(index).map((value, field) => [names[field], value]))
      expect(new Map(Object.entries(list[0] ?? {}))).toEqual(expected)
      expect(new Map(Object.entries(map[0]?.value ?? {}))).toEqual(expected)
      expect(map[0]?.key).toBe('k')
    }
    expect(globalThis).not.toHaveProperty('hacked')
  })
})

it('a table of 700 columns is read, in many rows as in few', async () => {
  const columns = Array.from({ length: 700 }, (_, column) => `i + ${column} AS c${column}`)
  const sql = `SELECT ${columns.join(', ')} FROM range($rows) r(i) ORDER BY i`
  const [last] = (await db.query(sql, { rows: 2000 })).slice(-1)
  expect(last).toEqual(Object.fromEntries(columns.map((_, column) => [`c${column}`, BigInt(1999 + column)])))
  expect(await db.query(sql, { rows: 1 })).toHaveLength(1)
})
