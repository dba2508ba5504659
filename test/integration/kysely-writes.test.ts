import { open, type PersistenceService } from 'duckpaddle'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OpenKysely, openKysely } from '../support/kysely-database.js'

let service: PersistenceService
let opened: OpenKysely

beforeAll(async () => {
  service = await open(':memory:')
})
beforeEach(async () => {
  opened = await openKysely(service)
})
afterEach(() => opened.db.destroy())
afterAll(() => service.close())

const names = async () => {
  const rows = await opened.service.query<{ name: string | null }>('SELECT name FROM person ORDER BY id')
  return rows.map(({ name }) => name)
}

describe('insert', () => {
  it('counts rows, and leaves out what is undefined', async () => {
    const { db } = opened
    const values = [{ id: 4, name: 'Di' }, { id: 5, age: 1 }, { id: 6 }]
    const inserted = await db
      .insertInto('person')
      .values(values as { id: 4; name: null; age: null }[])
      .executeTakeFirst()
    expect(inserted).toMatchObject({ numInsertedOrUpdatedRows: 3n, insertId: undefined })
    expect(await names()).toEqual(['Ada', 'Bob', 'Cy', 'Di', null, null])
  })

  it('returns rows', async () => {
    const insert = opened.db.insertInto('pet').values({ id: 9, owner: 1, name: 'Zoe' })
    const returned = await insert.returning(['id as petId', sql<number>`1 + 1`.as('two')]).execute()
    expect(returned).toEqual([{ petId: 9, two: 2 }])
    expect(
      await insert
        .returningAll()
        .execute()
        .catch((error) => error),
    ).toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
    })
  })

  it('takes a query, also with common tables', async () => {
    const { db } = opened
    const copied = await db
      .with('adults', (from) => from.selectFrom('person').selectAll().where('age', '>', 20))
      .insertInto('pet')
      .columns(['id', 'owner', 'name'])
      .expression((from) =>
        from.selectFrom('adults').select([sql<number>`id + 100`.as('id'), 'id as owner', 'name']),
      )
      .executeTakeFirst()
    expect(copied.numInsertedOrUpdatedRows).toBe(2n)
  })

  it('decides about conflicts', async () => {
    const { db } = opened
    const insert = (name: string) => db.insertInto('person').values({ id: 1, name, age: 1 })
    const nothing = await insert('x')
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    expect(nothing.numInsertedOrUpdatedRows).toBe(0n)
    const updated = insert('Ada L').onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })),
    )
    expect(await updated.returning(['name', 'age']).execute()).toEqual([{ name: 'Ada L', age: 36 }])
    const guarded = insert('y').onConflict((conflict) =>
      conflict.columns(['id']).doUpdateSet({ name: 'z' }).where('person.age', '>', 1000),
    )
    expect((await guarded.executeTakeFirst()).numInsertedOrUpdatedRows).toBe(0n)
    expect((await insert('q').orIgnore().executeTakeFirst()).numInsertedOrUpdatedRows).toBe(0n)
    expect((await insert('Ada R').orReplace().executeTakeFirst()).numInsertedOrUpdatedRows).toBe(1n)
    expect(await names()).toEqual(['Ada R', 'Bob', 'Cy'])
  })
})

describe('update', () => {
  it('counts rows, or returns them', async () => {
    const { db } = opened
    const updated = await db.updateTable('person').set({ age: 40 }).where('age', '=', 36).executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(2n)
    const grown = db
      .updateTable('person as p')
      .set((eb) => ({ age: eb('age', '+', 1) }))
      .where('p.id', '=', 2)
    expect(await grown.returning(['id', 'age']).execute()).toEqual([{ id: 2, age: 6 }])
  })

  it('takes other tables', async () => {
    const { db } = opened
    const named = await db
      .updateTable('pet')
      .from('person')
      .set((eb) => ({ name: eb.ref('person.name') }))
      .whereRef('pet.owner', '=', 'person.id')
      .where('pet.id', '=', 1)
      .executeTakeFirst()
    expect(named.numUpdatedRows).toBe(1n)
    const rows = await opened.service.query('SELECT name FROM pet WHERE id = 1')
    expect(rows).toEqual([{ name: 'Ada' }])
  })
})

describe('delete', () => {
  it('counts rows, or returns them, and takes other tables', async () => {
    const { db } = opened
    const used = db.deleteFrom('pet').using('person').whereRef('pet.owner', '=', 'person.id')
    expect((await used.where('person.name', '=', 'Bob').executeTakeFirst()).numDeletedRows).toBe(1n)
    expect(await db.deleteFrom('pet').where('id', '=', 1).returningAll().execute()).toEqual([
      { id: 1, owner: 1, name: 'Rex' },
    ])
    expect((await db.deleteFrom('pet').executeTakeFirst()).numDeletedRows).toBe(1n)
  })
})

describe('merge', () => {
  it('updates, inserts, deletes and returns', async () => {
    const { db } = opened
    const merge = db.mergeInto('person').using('pet', 'pet.id', 'person.id')
    const merged = await merge
      .whenMatchedAnd('person.id', '=', 1)
      .thenDoNothing()
      .whenMatched()
      .thenUpdateSet((eb) => ({ name: eb.ref('pet.name') }))
      .executeTakeFirst()
    expect(merged.numChangedRows).toBe(2n)
    expect(await names()).toEqual(['Ada', 'Tom', 'Ivy'])
    await db.insertInto('pet').values({ id: 7, owner: 1, name: 'Max' }).execute()
    const inserted = merge.whenNotMatched().thenInsertValues({ id: 7, name: 'Max', age: 0 })
    expect((await inserted.executeTakeFirst()).numChangedRows).toBe(1n)
    expect(
      await merge.whenMatchedAnd('person.id', '=', 7).thenDelete().returning('person.id').execute(),
    ).toEqual([{ id: 7 }])
    await db.deleteFrom('pet').where('id', '=', 3).execute()
    expect((await merge.whenNotMatchedBySource().thenDelete().executeTakeFirst()).numChangedRows).toBe(1n)
    expect(await names()).toEqual(['Ada', 'Tom'])
  })
})
