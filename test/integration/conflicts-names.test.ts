import { describe, expect, it } from 'vitest'
import { isHostile } from '../support/hostile-settings.js'
import { nameOf, need } from '../support/test-engine.js'
import { persist, type Row, rejectionOf, TestTables } from '../support/test-tables.js'
import { quote } from '../support/write-in-every-way.js'

const tables = new TestTables()

describe('the columns of a key', () => {
  const names = [
    ...['a"b', "it's", 'two words', 'ünï 🦆', 'select', '__proto__', 'constructor', 'rowid', 'o', 'k0', 'k1'],
    ...[
      'kind',
      'ordinal',
      'duckpaddle_ordinal',
      'duckpaddle_absent_0',
      'duckpaddle_outcomes',
      'violated',
      'other',
    ],
    ...[
      'first',
      'last',
      'n',
      'is_taken',
      'number',
      'holder',
      'pass',
      'c0',
      's',
      't',
      'f',
      'v',
      'g',
      'fresh',
      'old',
      'groups',
    ],
  ]
  /** Two at a time, each of which plays every part. */
  const allPairs = names
    .map((name, at) => [name, names[(at + 1) % names.length] ?? ''] as const)
    .filter((_, at) => at % 2 === 0)
  const pairs = isHostile ? allPairs.filter((_, at) => at % 4 === 0) : allPairs
  const rowOf = (...entries: [string, unknown][]): Row => Object.fromEntries(entries)

  it.each(pairs)('and of every constraint may be called %s and %s', async (a, b) => {
    const [first, second] = [quote(a), quote(b)]
    const pair = (valueOfA: number, valueOfB: number, x?: number) =>
      rowOf([a, valueOfA], [b, valueOfB], ...(x === undefined ? [] : [['x', x] as [string, unknown]]))
    const sql = `${first} INTEGER, ${second} INTEGER DEFAULT 5, x INTEGER DEFAULT 6`
    await need('known DEFAULTs')
    const ours = await tables.create(sql, { key: [a, b] })
    const mixed = [pair(1, 1, 1), pair(1, 1), rowOf([a, 1]), rowOf([a, 1], ['x', 2]), pair(2, 1, 3)]
    expect(await persist(ours, mixed, { onConflict: 'update' })).toMatchObject({ inserted: 3, updated: 2 })
    expect(await tables.read(ours)).toEqual([pair(1, 1, 1), pair(1, 5, 2), pair(2, 1, 3)])
    const refused = await rejectionOf(persist(ours, [pair(2, 1)].values()))
    expect(refused).toMatchObject({ code: 'duplicate-key' })
    expect(Object.entries(refused?.key ?? {})).toEqual([
      [a, 2],
      [b, 1],
    ])
    expect(Object.entries(refused?.row ?? {})).toEqual([
      [a, 2],
      [b, 1],
      ['x', 6],
    ])

    const parent = tables.newName()
    await tables.create(`${first} INTEGER PRIMARY KEY, ${second} INTEGER UNIQUE`, undefined, parent)
    await tables.db.run(`INSERT INTO ${nameOf(parent)} VALUES (0, 0), (1, 1), (2, 2), (3, 3)`)
    const theirs = await tables.create(
      `${first} INTEGER CHECK (${first} > 0) REFERENCES ${parent} (${first}), x INTEGER UNIQUE,
       ${second} INTEGER CHECK (${second} > 0) REFERENCES ${parent} (${second}), PRIMARY KEY (${first}, ${second})`,
    )
    const rows = [
      pair(1, 1, 1),
      pair(1, 1, 2),
      pair(2, 1, 1),
      pair(0, 1, 3),
      pair(1, 0, 3),
      pair(9, 1, 4),
      pair(1, 9, 4),
      pair(3, 1, 5),
    ]
    const receipt = await persist(theirs, rows.values(), { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code, column }) => [index, code, column])).toEqual([
      [1, 'duplicate-key', undefined],
      [2, 'unique', 'x'],
      [3, 'check', a],
      [4, 'check', b],
      [5, 'foreign-key', a],
      [6, 'foreign-key', b],
    ])

    const plain = await tables.create(
      `x INTEGER PRIMARY KEY, ${first} INTEGER UNIQUE CHECK (${first} > 0), ${second} INTEGER UNIQUE CHECK (${second} > 0)`,
    )
    const updates = [pair(1, 1, 1), pair(1, 2, 2), pair(2, 1, 3), pair(0, 2, 4), pair(7, 7, 1), pair(1, 1, 2)]
    const updated = await persist(plain, updates, { onConflict: 'update', onRowError: 'skip' })
    expect(updated.rejections.map(({ index, code, column }) => [index, code, column])).toEqual([
      [1, 'unique', a],
      [2, 'unique', b],
      [3, 'check', a],
    ])
    expect(await tables.read(plain)).toEqual([pair(7, 7, 1), pair(1, 1, 2)])
  })

  it('may have all of these names in one table', async () => {
    const distinct = names.filter((name) => name !== '__proto__')
    const columns = Object.fromEntries(distinct.map((name) => [name, 'INTEGER']))
    for (const kind of ['key', 'primaryKey']) {
      const table = await tables.create(undefined, { columns, [kind]: distinct.slice(0, -1).reverse() })
      const row = (value: number) => Object.fromEntries(distinct.map((name) => [name, value]))
      const rows = [row(1), row(2), row(1), { ...row(2), groups: 5 }]
      expect(await persist(table, rows, { onConflict: 'update' })).toMatchObject({ inserted: 2, updated: 2 })
      expect(await tables.read(table)).toEqual([row(1), { ...row(2), groups: 5 }])
    }
  })
})
