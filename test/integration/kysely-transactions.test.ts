import { open, type PersistenceService } from 'duckpaddle'
import { DuckpaddleDialect } from 'duckpaddle/kysely'
import { Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type KyselyTables, type OpenKysely, openKysely } from '../support/kysely-database.js'

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

const person = (id: number) => ({ id, name: `p${id}`, age: id })
const count = async () => (await opened.service.query('SELECT id FROM person')).length

describe('transaction()', () => {
  it('commits what its callback has written, which nobody sees before', async () => {
    const { db } = opened
    const result = await db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values(person(10)).execute()
      expect(await db.selectFrom('person').select('id').execute()).toHaveLength(3)
      return trx.selectFrom('person').select('id').execute()
    })
    expect(result).toHaveLength(4)
    expect(await count()).toBe(4)
  })

  it('rolls back where the callback throws, or a call has failed that it has caught', async () => {
    const { db } = opened
    const thrown = db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values(person(10)).execute()
      throw new Error('no')
    })
    await expect(thrown).rejects.toThrow('no')
    const caught = db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values(person(11)).execute()
      await trx
        .insertInto('person')
        .values(person(1))
        .execute()
        .catch(() => undefined)
    })
    await expect(caught).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    expect(await count()).toBe(3)
    await db.transaction().execute((trx) => trx.insertInto('person').values(person(12)).execute())
    expect(await count()).toBe(4)
  })

  it('is made in turn, also beside writes of the service', async () => {
    const { db, service } = opened
    const table = await service.table<KyselyTables['person']>('person')
    const ids = Array.from({ length: 20 }, (_, index) => 100 + index)
    await Promise.all(
      ids.map((id) =>
        id % 2 === 0
          ? table.persist([person(id)])
          : db.transaction().execute((trx) => trx.insertInto('person').values(person(id)).execute()),
      ),
    )
    expect(await count()).toBe(23)
  })

  it('has DDL that is rolled back, too', async () => {
    const { db } = opened
    const work = db.transaction().execute(async (trx) => {
      await trx.schema.createTable('later').addColumn('id', 'integer').execute()
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect((await db.introspection.getTables()).map(({ name }) => name)).not.toContain('later')
  })

  it('refuses what DuckDB has not', async () => {
    const { db } = opened
    const work = async () => 1
    await expect(db.transaction().setIsolationLevel('serializable').execute(work)).rejects.toThrow(TypeError)
    await expect(db.transaction().setAccessMode('read only').execute(work)).rejects.toThrow(TypeError)
    expect(await db.transaction().setIsolationLevel('snapshot').execute(work)).toBe(1)
    await expect(sql`begin`.execute(db)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })
})

describe('startTransaction()', () => {
  it('commits and rolls back when it is told to', async () => {
    const { db } = opened
    const first = await db.startTransaction().execute()
    await first.insertInto('person').values(person(10)).execute()
    await first.commit().execute()
    const second = await db.startTransaction().execute()
    await second.insertInto('person').values(person(11)).execute()
    await second.rollback().execute()
    expect(await count()).toBe(4)
  })

  it('has no savepoints, and says so', async () => {
    const { db } = opened
    const trx = await db.startTransaction().execute()
    await expect(trx.savepoint('a').execute()).rejects.toThrow('DuckDB has no savepoints')
    await trx.insertInto('person').values(person(10)).execute()
    await trx.commit().execute()
    expect(await count()).toBe(4)
  })

  it('that nobody ends is rolled back in time', async () => {
    const { service } = opened
    const dialect = new DuckpaddleDialect({ service, transactionTimeoutMs: 50 })
    const db = new Kysely<KyselyTables>({ dialect })
    const trx = await db.startTransaction().execute()
    // Its time may be over before the statement has run.
    await trx.insertInto('person').values(person(10)).execute().catch(expectAborted)
    // It waits for the transaction to be over.
    await service.run('INSERT INTO person VALUES (11, NULL, NULL)')
    await trx
      .commit()
      .execute()
      .then(() => expect.unreachable(), expectAborted)
    await trx.rollback().execute()
    expect(await count()).toBe(4)
  })

  it('is interrupted by a service that closes', async () => {
    const { db, service } = opened
    const trx = await db.startTransaction().execute()
    await trx.insertInto('person').values(person(10)).execute()
    await service.close({ timeoutMs: 0 })
    await expect(trx.insertInto('person').values(person(11)).execute()).rejects.toThrow()
    await expect(trx.commit().execute()).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })
})

function expectAborted(error: unknown): void {
  expect(error).toMatchObject({ code: 'PERSIST_ABORTED' })
}
