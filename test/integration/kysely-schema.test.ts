import { open } from 'duckpaddle'
import { DuckpaddleDialect } from 'duckpaddle/kysely'
import { CamelCasePlugin, Kysely, type Migration, Migrator, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenKysely, openKysely } from '../support/kysely-database.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'

let opened: OpenKysely

beforeEach(async () => {
  opened = await openKysely()
})
afterEach(() => opened[Symbol.asyncDispose]())

const tableNamed = async (name: string) => {
  const tables = await opened.db.introspection.getTables()
  return tables.find((table) => table.name === name)
}

describe('the schema builder', () => {
  it('creates tables with constraints, which introspection finds', async () => {
    const { schema } = opened.db
    await schema.createSchema('other').ifNotExists().execute()
    await sql`create sequence ids`.execute(opened.db)
    await schema
      .createTable('other.city')
      .ifNotExists()
      .addColumn('id', 'integer', (column) => column.primaryKey().defaultTo(sql`nextval('ids')`))
      .addColumn('name', 'varchar(20)', (column) => column.notNull().unique())
      .addColumn('people', 'bigint', (column) => column.defaultTo(1).check(sql`people >= 0`))
      .addColumn('twice', 'bigint', (column) => column.generatedAlwaysAs(sql`people * 2`))
      .addColumn('price', 'numeric(8, 2)')
      .addColumn('tags', sql`varchar[]`)
      .execute()
    await schema
      .createTable('other.street')
      .addColumn('id', 'integer')
      .addColumn('city', 'integer')
      .addPrimaryKeyConstraint('street_key', ['id'])
      .addUniqueConstraint('street_unique', ['city', 'id'])
      .addCheckConstraint('street_check', sql`id > 0`)
      .addForeignKeyConstraint('street_city', ['city'], 'other.city', ['id'])
      .execute()
    expect(await opened.db.introspection.getSchemas()).toEqual([{ name: 'main' }, { name: 'other' }])
    const column = { isNullable: true, hasDefaultValue: false, isAutoIncrementing: false }
    expect(await tableNamed('city')).toMatchObject({
      schema: 'other',
      isView: false,
      columns: [
        {
          ...column,
          name: 'id',
          dataType: 'INTEGER',
          isNullable: false,
          hasDefaultValue: true,
          isAutoIncrementing: true,
        },
        { ...column, name: 'name', dataType: 'VARCHAR', isNullable: false },
        { ...column, name: 'people', dataType: 'BIGINT', hasDefaultValue: true },
        { name: 'twice', dataType: 'BIGINT' },
        { ...column, name: 'price', dataType: 'DECIMAL(8,2)' },
        { ...column, name: 'tags', dataType: 'VARCHAR[]' },
      ],
    })
    await schema.dropTable('other.street').execute()
    await schema.dropSchema('other').cascade().execute()
    expect(await tableNamed('city')).toBeUndefined()
  })

  it('alters tables, one change at a time', async () => {
    const { schema } = opened.db
    await schema.createTable('copied').as(opened.db.selectFrom('person').selectAll()).execute()
    const table = () => schema.alterTable('copied')
    await table()
      .addColumn('extra', 'integer', (column) => column.defaultTo(1))
      .execute()
    await table()
      .alterColumn('extra', (column) => column.setDataType('bigint'))
      .execute()
    await table()
      .alterColumn('extra', (column) => column.setDefault(5))
      .execute()
    await table()
      .alterColumn('extra', (column) => column.setNotNull())
      .execute()
    await table().renameColumn('extra', 'more').execute()
    await table().renameTo('copy').execute()
    const more = (await tableNamed('copy'))?.columns.find(({ name }) => name === 'more')
    expect(more).toMatchObject({ dataType: 'BIGINT', isNullable: false, hasDefaultValue: true })
    await schema
      .alterTable('copy')
      .alterColumn('more', (column) => column.dropNotNull())
      .execute()
    await schema
      .alterTable('copy')
      .alterColumn('more', (column) => column.dropDefault())
      .execute()
    await schema.alterTable('copy').dropColumn('more').execute()
    await schema.alterTable('copy').addPrimaryKeyConstraint('copy_key', ['id']).execute()
    expect((await tableNamed('copy'))?.columns.map(({ name }) => name)).toEqual(['id', 'name', 'age'])
    const two = schema.alterTable('copy').addColumn('a', 'integer').addColumn('b', 'integer')
    await expect(two.execute()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })

  it('makes indexes, views and types', async () => {
    const { db } = opened
    await db.schema.createIndex('by_owner').ifNotExists().on('pet').columns(['owner', 'name']).execute()
    await db.schema.createIndex('by_name').unique().on('pet').expression(sql`lower(name)`).execute()
    const clash = db.insertInto('pet').values({ id: 8, owner: 1, name: 'REX' })
    await expect(clash.execute()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    await db.schema.dropIndex('by_name').ifExists().execute()
    const adults = db.selectFrom('person').select(['id', 'name']).where('age', '>', 20)
    await db.schema.createView('adults').orReplace().as(adults).execute()
    expect(await tableNamed('adults')).toMatchObject({
      isView: true,
      columns: [{ name: 'id' }, { name: 'name' }],
    })
    await db.schema.dropView('adults').execute()
    await db.schema.createType('mood').asEnum(['glad', 'sad']).execute()
    await db.schema.createTable('moods').temporary().addColumn('mood', sql`mood`).execute()
    await db.schema.dropType('mood').ifExists().execute()
  })
})

describe('migrations', () => {
  const add = (name: string, fails = false): Migration => ({
    async up(db: Kysely<unknown>) {
      await db.schema.createTable(name).addColumn('id', 'integer').execute()
      if (fails) throw new Error('no')
    },
    async down(db: Kysely<unknown>) {
      await db.schema.dropTable(name).execute()
    },
  })

  it('run in a transaction, forth and back', async () => {
    const { db } = opened
    const migrate = (migrations: Record<string, Migration>) =>
      new Migrator({ db, provider: { getMigrations: async () => migrations } })
    const good = { '1': add('one'), '2': add('two') }
    expect(await migrate(good).migrateToLatest()).toMatchObject({
      results: [{ status: 'Success' }, { status: 'Success' }],
    })
    const failed = await migrate({ ...good, '3': add('three'), '4': add('four', true) }).migrateToLatest()
    expect(failed).toMatchObject({ error: { message: 'no' }, results: [{}, { status: 'Error' }] })
    expect(await tableNamed('three')).toBeUndefined()
    expect(await tableNamed('two')).toBeDefined()
    expect((await migrate(good).migrateDown()).error).toBeUndefined()
    expect(await tableNamed('two')).toBeUndefined()
    const all = await db.introspection.getTables({ withInternalKyselyTables: true })
    expect(all.map(({ name }) => name)).toContain('kysely_migration')
    expect(await tableNamed('kysely_migration')).toBeUndefined()
  })
})

describe('a dialect', () => {
  it('works with names in camel case', async () => {
    const { service } = opened
    const db = new Kysely<{ homeTown: { townName: string } }>({
      dialect: new DuckpaddleDialect({ service }),
      plugins: [new CamelCasePlugin()],
    })
    await db.schema.createTable('homeTown').addColumn('townName', 'text').execute()
    await db.insertInto('homeTown').values({ townName: 'Ur' }).execute()
    expect(await db.selectFrom('homeTown').selectAll().execute()).toEqual([{ townName: 'Ur' }])
    expect(await service.query('SELECT town_name FROM home_town')).toEqual([{ town_name: 'Ur' }])
    expect((await db.introspection.getTables()).map(({ name }) => name)).toContain('home_town')
  })

  it('leaves a service open that it was given, and closes one that it has made', async () => {
    const { db, service } = opened
    await db.selectFrom('person').select('id').execute()
    await db.destroy()
    expect(service.stats().status).toBe('open')
    const made = await open(':memory:')
    const own = new Kysely<unknown>({ dialect: new DuckpaddleDialect({ service: async () => made }) })
    expect((await sql`select 1 as a`.execute(own)).rows).toEqual([{ a: 1 }])
    await Promise.all([own.destroy(), own.destroy()])
    expect(made.stats().status).toBe('closed')
    await expect(sql`select 1`.execute(own)).rejects.toThrow('driver has already been destroyed')
  })

  it('refuses what is no service, and tries again to make one where that has failed', async () => {
    const promised = open(':memory:')
    expect(() => new DuckpaddleDialect({ service: promised as never })).toThrow(TypeError)
    expect(() => new DuckpaddleDialect({} as never)).toThrow(TypeError)
    await using made = await promised
    let tries = 0
    const service = async () => {
      if (++tries === 1) throw new Error('not yet')
      return made
    }
    const db = new Kysely<unknown>({ dialect: new DuckpaddleDialect({ service }) })
    await expect(sql`select 1`.execute(db)).rejects.toThrow('not yet')
    expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
    await db.destroy()
  })

  it('ends a transaction, and works on, where the worker is lost', async () => {
    await using service = await open(':memory:', { resourceLimits: smallHeap })
    await service.run('CREATE TABLE person (id INTEGER)')
    const db = new Kysely<{ person: { id: number } }>({ dialect: new DuckpaddleDialect({ service }) })
    const work = db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ id: 10 }).execute()
      await expect(loseWorker(service)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
      await trx.insertInto('person').values({ id: 11 }).execute()
    })
    await expect(work).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
  })

  it('reports a service that is closed', async () => {
    const { db, service } = opened
    await service.close()
    await expect(db.selectFrom('person').selectAll().execute()).rejects.toMatchObject({
      code: 'PERSIST_CLOSED',
    })
    const work = db.transaction().execute(async () => 1)
    await expect(work).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
  })
})
