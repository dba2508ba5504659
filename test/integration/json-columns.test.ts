import { json } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { rejectionOf, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

describe('json()', () => {
  it('defines a JSON column, with NOT NULL where it is asked for', async () => {
    const columns = { id: 'INTEGER', payload: json<{ user: string }>('NOT NULL'), more: json<number[]>() }
    const table = await tables.create(undefined, { columns })
    expect(table.columns).toMatchObject([
      { name: 'id' },
      { name: 'payload', type: { name: 'JSON' }, notNull: true },
      { name: 'more', type: { name: 'JSON' }, notNull: false },
    ])
    await table.persist([{ id: 1, payload: { user: 'ada' }, more: [1, 2] }])
    expect(await rejectionOf(table.persist([{ id: 2 }]))).toMatchObject({
      code: 'not-null',
      column: 'payload',
    })
    expect(await tables.read(table)).toEqual([{ id: 1, payload: { user: 'ada' }, more: [1, 2] }])
  })

  it('is text like any other definition', () => {
    expect([json(), json('NOT NULL'), `${json()} NOT NULL`]).toEqual([
      'JSON',
      'JSON NOT NULL',
      'JSON NOT NULL',
    ])
    expect(() => json('NULL' as never)).toThrow(TypeError)
  })
})
