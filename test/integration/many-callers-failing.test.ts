import type { Receipt, Rejection } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { duplicate, outcomesOf, written } from '../support/call-outcomes.js'
import { holdTurn } from '../support/hold-turn.js'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need } from '../support/test-engine.js'
import { persist, type Row } from '../support/test-tables.js'

const tables = new StoredTables(newDatabase(temporaryFolder()))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const keyed = { columns: { id: 'INTEGER', n: 'INTEGER' }, key: ['id'] }
const row = (id: number, n: unknown = null) => ({ id, n })
const skip = { onRowError: 'skip' } as const

describe('a call that fails among others that wait', () => {
  it('fails alone, whatever is wrong with its row', async () => {
    const parent = await tables.create('id INTEGER PRIMARY KEY')
    await persist(parent, [{ id: 1 }])
    const table = await tables.create(`id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, a INTEGER CHECK (a > 0),
      n INTEGER NOT NULL DEFAULT (NULL::INTEGER), p INTEGER REFERENCES ${parent.name} (id)`)
    const good = (id: number) => ({ id, code: `code ${id}`, a: 1, n: 1, p: 1 })
    const throwing = {
      get id() {
        throw new Error('getter')
      },
    }
    /** Of some calls: the rows after a good one, and what is wrong with the last of them. */
    const bad: Record<number, readonly [rows: unknown[], rejection: object]> = {
      5: [[{ ...good(105), id: 'one' }], { index: 1, code: 'type', column: 'id' }],
      15: [[throwing], { index: 1, code: 'serialize' }],
      25: [[{ ...good(125), a: 0 }], { index: 1, code: 'check', column: 'a' }],
      35: [[{ id: 135, code: 'x' }], { index: 1, code: 'not-null', column: 'n' }],
      45: [[{ ...good(145), p: 9 }], { index: 1, code: 'foreign-key', column: 'p' }],
      55: [[good(155), good(155)], duplicate(2, 1)],
      65: [[good(64)], duplicate(1)],
      75: [[{ ...good(175), code: 'code 74' }], { index: 1, code: 'unique', column: 'code' }],
      85: [[5], { index: 1, code: 'type' }],
      95: [[{ ...good(195), stray: 1 }], { index: 1, code: 'unknown-column', column: 'stray' }],
    }
    const calls = range(100).map((id) => persist(table, [good(id), ...((bad[id]?.[0] ?? []) as Row[])]))
    expect(await outcomesOf(calls)).toEqual(range(100).map((id) => bad[id]?.[1] ?? written()))
    const ids = range(100).filter((id) => !(id in bad))
    await tables.expectStored(
      `SELECT id FROM ${nameOf(table)} ORDER BY id`,
      ids.map((id) => ({ id })),
    )
  })

  it('leaves no key behind, and neither does a row that is skipped', async () => {
    const table = await tables.create(keyed)
    const outcomes = await outcomesOf([
      persist(table, [row(1), row(1)]),
      persist(table, [row(1, 1), row(2, 'x')], skip),
      persist(table, [row(2, 2), row(1, 2)], skip),
      persist(table, [row(3, 3), row(2, 3)]),
      persist(table, [row(3, 4), row(3, 4)], { onConflict: 'ignore' }),
      persist(table, [row(3, 5), row(4, 5), { id: 3 }], { onConflict: 'update' }),
    ])
    expect(outcomes).toEqual([
      duplicate(1, 0),
      written({ rejections: [{ index: 1, code: 'type', column: 'n' }] }),
      written({ rejections: [duplicate(1)] }),
      duplicate(1),
      written({ ignored: 1 }),
      written({ updated: 2 }),
    ])
    const rows = [row(1, 1), row(2, 2), row(3, 5), row(4, 5)]
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)} ORDER BY id`, rows)
  })

  it('may be decided about by its own onRowError, which is asked about its rows alone, and once about each', async () => {
    const table = await tables.create('id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0)')
    const thrown = new Error('onRowError')
    const asked = range(60).map((): unknown[] => [])
    const calls = range(60).map((caller) => {
      const id = 10 * caller
      const ids = [id, id + 1, id + 1, 'x', id + 2]
      const rows = ids.map((value, index) => ({ id: value, a: index % 4 === 0 ? 0 : 1 }))
      const onRowError = ({ index, code, row: given }: Rejection) => {
        asked[caller]?.push([index, code])
        expect(given).toBe(rows[index])
        if (caller % 3 === 1 && code === 'duplicate-key') return 'abort'
        if (caller % 3 === 2 && index === 4) throw thrown
        return 'skip'
      }
      return persist(table, rows, { onRowError, maxRejections: 2 })
    })
    const receipt = written({ rejections: [{ index: 0, code: 'check', column: 'a' }, duplicate(2, 1)] })
    const expected = [receipt, duplicate(2, 1), thrown]
    expect(await outcomesOf(calls)).toEqual(range(60).map((caller) => expected[caller % 3]))
    const all = [
      [3, 'type'],
      [0, 'check'],
      [2, 'duplicate-key'],
      [4, 'check'],
    ]
    expect(asked).toEqual(range(60).map((caller) => (caller % 3 === 1 ? all.slice(0, 3) : all)))
    await tables.expectStored(
      `SELECT id FROM ${nameOf(table)} ORDER BY id`,
      range(20).map((third) => ({ id: 30 * third + 1 })),
    )
  })

  it('counts its rejections, and holds as many of them as it is to', async () => {
    const table = await tables.create('id INTEGER PRIMARY KEY')
    const rows = range(40).map((index) => ({ id: index % 4 === 3 ? 'x' : 0 }))
    const calls = range(30).map((maxRejections) => persist(table, rows, { ...skip, maxRejections }))
    for (const [caller, call] of calls.entries()) {
      const { inserted, rejected, rejections }: Receipt = await call
      expect([inserted, rejected]).toEqual(caller === 0 ? [1, 39] : [0, 40])
      const first = caller === 0 ? 1 : 0
      expect(rejections.map(({ index }) => index)).toEqual(range(caller).map((index) => index + first))
      for (const { code, conflictIndex } of rejections) {
        expect(conflictIndex).toBe(code === 'duplicate-key' && caller === 0 ? 0 : undefined)
      }
    }
    await tables.expectStored(`SELECT id FROM ${nameOf(table)}`, [{ id: 0 }])
  })

  it('is taken out by its signal while it waits, and no other', async () => {
    const table = await tables.create(keyed)
    const held = holdTurn(table)
    const [one, shared] = [new AbortController(), new AbortController()]
    const signals: Record<number, AbortSignal> = { 10: one.signal, 20: shared.signal, 30: shared.signal }
    const calls = range(100).map((n) =>
      persist(table, [row(n % 50, n)], { signal: signals[n], onConflict: 'update' }),
    )
    const outcomes = outcomesOf(calls)
    await held.begun
    one.abort()
    shared.abort()
    await held.end()
    const expected = range(100).map((n) => {
      if (n in signals) return 'PERSIST_ABORTED'
      return n < 50 || n - 50 in signals ? written() : written({ inserted: 0, updated: 1 })
    })
    expect(await outcomes).toEqual(expected)
    const sql = `SELECT count(*)::INT AS n, min(n) AS low FROM ${nameOf(table)}`
    await tables.expectStored(sql, [{ n: 50, low: 50 }])
  })

  it('fails alone where its table is dropped or altered before its turn', async () => {
    await need('ALTER')
    const [dropped, altered, table] = [
      await tables.create(keyed),
      await tables.create(keyed),
      await tables.create(keyed),
    ]
    const callAll = (id: number) => [dropped, altered, table].map((each) => persist(each, [{ id }]))
    const before = callAll(0)
    const statements = [
      `DROP TABLE ${nameOf(dropped)}`,
      `ALTER TABLE ${nameOf(altered)} ADD COLUMN more INTEGER`,
    ]
    const defined = statements.map((sql) => tables.db.run(sql))
    const after = range(10).flatMap((id) => callAll(id + 1))
    await Promise.all(defined)
    expect(await outcomesOf(before)).toEqual([written(), written(), written()])
    const expected = ['PERSIST_TABLE_NOT_FOUND', 'PERSIST_SCHEMA_MISMATCH', written()]
    expect(await outcomesOf(after)).toEqual(range(30).map((index) => expected[index % 3]))
    const count = (name: string) => `(SELECT count(*)::INT FROM ${name})`
    const sql = `SELECT ${count(nameOf(altered))} AS altered, ${count(nameOf(table))} AS others`
    await tables.expectStored(sql, [{ altered: 1, others: 11 }])
  })
})
