import { sql } from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely/helpers/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenKysely, openKysely } from '../support/kysely-database.js'

let opened: OpenKysely

beforeAll(async () => {
  opened = await openKysely()
})
afterAll(() => opened[Symbol.asyncDispose]())

describe('select', () => {
  it('has where, order by, limit and offset', async () => {
    const { db } = opened
    const found = db
      .selectFrom('person')
      .select(['id', 'name as called'])
      .where((eb) =>
        eb.or([
          eb('name', 'ilike', 'a%'),
          eb('id', 'in', [2, 3]),
          eb.between('age', 1, 5),
          eb('name', '~', '^A'),
        ]),
      )
      .where((eb) => eb.exists(eb.selectFrom('pet').select('id')))
      .where((eb) => eb.not(eb('name', 'is', null)))
    const ordered = found.orderBy('id', (order) => order.desc().nullsLast())
    expect(await ordered.limit(1).offset(1).execute()).toEqual([{ id: 2, called: 'Bob' }])
    expect(await ordered.offset(2).fetch(1).execute()).toEqual([{ id: 1, called: 'Ada' }])
    expect(await ordered.limit(sql<number>`1 + 1`).execute()).toHaveLength(2)
  })

  it('compares with tuples, lists and subqueries', async () => {
    const { db } = opened
    const ids = db.selectFrom('person').select('id').orderBy('id')
    const pairs = ids.where((eb) =>
      eb(eb.refTuple('id', 'name'), 'in', [eb.tuple(1, 'Ada'), eb.tuple(2, 'x')]),
    )
    expect(await pairs.execute()).toEqual([{ id: 1 }])
    const listed = ids.where((eb) => eb('id', '=', eb.fn.any(sql<number[]>`${[1, 3]}`)))
    expect(await listed.execute()).toEqual([{ id: 1 }, { id: 3 }])
    const owners = ids.where('id', 'in', (eb) =>
      eb.selectFrom('pet').select('owner').$castTo<{ owner: number }>(),
    )
    expect(await owners.execute()).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('joins, also laterally', async () => {
    const { db } = opened
    const joined = db
      .selectFrom('person')
      .innerJoin('pet', 'pet.owner', 'person.id')
      .leftJoin('doc', (join) => join.onRef('doc.id', '=', 'pet.id').on('doc.id', '>', 0))
      .select(['person.name', 'pet.name as pet', 'doc.id as doc'])
      .orderBy('pet.id')
    expect(await joined.execute()).toEqual([
      { name: 'Ada', pet: 'Rex', doc: 1 },
      { name: 'Bob', pet: 'Tom', doc: null },
      { name: 'Ada', pet: 'Ivy', doc: null },
    ])
    const lateral = db
      .selectFrom('person')
      .leftJoinLateral(
        (eb) =>
          eb
            .selectFrom('pet')
            .select('name as last')
            .whereRef('pet.owner', '=', 'person.id')
            .orderBy('pet.id', 'desc')
            .limit(1)
            .as('p'),
        (join) => join.onTrue(),
      )
      .select(['person.id', 'p.last'])
      .orderBy('person.id')
    expect(await lateral.execute()).toEqual([
      { id: 1, last: 'Ivy' },
      { id: 2, last: 'Tom' },
      { id: 3, last: null },
    ])
    const all = db.selectFrom('person').rightJoin('pet', 'pet.owner', 'person.id')
    const crossed = all.fullJoin('doc', 'doc.id', 'pet.id').crossJoin('person as other')
    expect(await crossed.select((eb) => eb.fn.countAll().as('n')).execute()).toEqual([{ n: 9n }])
  })

  it('groups, aggregates and filters groups', async () => {
    const { db } = opened
    const grouped = db
      .selectFrom('person')
      .select((eb) => [
        'age',
        eb.fn.count('id').as('n'),
        eb.fn.max('name').as('last'),
        eb.fn.agg<string>('string_agg', ['name']).orderBy('name', 'desc').as('names'),
        eb.fn.count('name').distinct().filterWhere('id', '>', 1).as('some'),
        eb.fn
          .agg<number>('percentile_cont', [sql.lit(0.5)])
          .withinGroupOrderBy('id')
          .as('median'),
      ])
      .groupBy('age')
      .having((eb) => eb.fn.count('id'), '>', 1)
    expect(await grouped.execute()).toEqual([
      { age: 36, n: 2n, last: 'Cy', names: 'Cy,Ada', some: 1n, median: 2 },
    ])
  })

  it('has windows, CASE, casts, DISTINCT and DISTINCT ON', async () => {
    const { db } = opened
    const ranked = db
      .selectFrom('person')
      .select((eb) => [
        'id',
        eb.fn
          .agg<bigint>('row_number')
          .over((over) => over.partitionBy('age').orderBy('id', 'desc'))
          .as('rank'),
        eb.case().when('age', '>', 6).then('old').else('young').end().as('is'),
        eb.cast<string>('id', 'text').as('text'),
      ])
      .orderBy('id')
    expect(await ranked.execute()).toEqual([
      { id: 1, rank: 2n, is: 'old', text: '1' },
      { id: 2, rank: 1n, is: 'young', text: '2' },
      { id: 3, rank: 1n, is: 'old', text: '3' },
    ])
    const people = db.selectFrom('person')
    expect(await people.select('age').distinct().orderBy('age').execute()).toEqual([{ age: 5 }, { age: 36 }])
    const first = people.distinctOn('age').select(['age', 'id']).orderBy('age').orderBy('id')
    expect(await first.execute()).toEqual([
      { age: 5, id: 2 },
      { age: 36, id: 1 },
    ])
  })

  it('has common tables, also recursive ones', async () => {
    const { db } = opened
    const chained = db
      .with('a', (from) => from.selectFrom('person').select('id').where('id', '>', 1))
      .with(
        (cte) => cte('b').materialized(),
        (from) => from.selectFrom('a').select('id as x'),
      )
      .selectFrom('b')
      .selectAll()
      .orderBy('x')
    expect(await chained.execute()).toEqual([{ x: 2 }, { x: 3 }])
    const counted = db
      .withRecursive('r(n)', (from) =>
        from
          .selectNoFrom(sql<number>`1`.as('n'))
          .unionAll(from.selectFrom('r').select(sql<number>`n + 1`.as('n')).where('n', '<', 3)),
      )
      .selectFrom('r')
      .selectAll()
    expect(await counted.execute()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it.each([
    ['union', [1, 2, 3]],
    ['unionAll', [1, 1, 2, 2, 3]],
    ['intersect', [1, 2]],
    ['intersectAll', [1, 2]],
    ['except', [3]],
    ['exceptAll', [3]],
  ] as const)('has %s', async (operation, ids) => {
    const { db } = opened
    const pets = db.selectFrom('pet').select('id').where('id', '<', 3)
    const rows = await db.selectFrom('person').select('id')[operation](pets).orderBy('id').execute()
    expect(rows.map(({ id }) => id)).toEqual(ids)
  })

  it('explains', async () => {
    const [plan] = await opened.db.selectFrom('person').selectAll().explain()
    expect(plan).toMatchObject({ explain_value: expect.stringContaining('person') })
  })
})

describe('JSON', () => {
  it('has paths of every kind that Kysely has', async () => {
    const row = opened.db
      .selectFrom('doc')
      .select((eb) => [
        eb.ref('body', '->').key('a').key('b').as('arrow'),
        eb.ref('body', '->>').key('c').as('text'),
        eb.ref('body', '->$').key('a').key('b').at(1).as('path'),
        eb.ref('body', '->>$').key('c').as('pathText'),
        eb.fn.toJson('doc').as('whole'),
      ])
    expect(await row.executeTakeFirst()).toEqual({
      arrow: [1, 2],
      text: 'x',
      path: 2,
      pathText: 'x',
      whole: { id: 1, body: { a: { b: [1, 2] }, c: 'x' } },
    })
  })

  it('is aggregated by the helpers for SQLite', async () => {
    const people = opened.db
      .selectFrom('person')
      .select((eb) => [
        'id',
        jsonArrayFrom(
          eb
            .selectFrom('pet')
            .select(['pet.id', 'pet.name'])
            .whereRef('pet.owner', '=', 'person.id')
            .orderBy('pet.id'),
        ).as('pets'),
        jsonObjectFrom(
          eb
            .selectFrom('pet')
            .select(['pet.name'])
            .whereRef('pet.owner', '=', 'person.id')
            .orderBy('pet.id')
            .limit(1),
        ).as('first'),
        jsonBuildObject({ name: eb.ref('person.name'), age: eb.ref('person.age') }).as('own'),
      ])
      .orderBy('id')
    expect(await people.execute()).toEqual([
      {
        id: 1,
        pets: [
          { id: 1, name: 'Rex' },
          { id: 3, name: 'Ivy' },
        ],
        first: { name: 'Rex' },
        own: { name: 'Ada', age: 36 },
      },
      { id: 2, pets: [{ id: 2, name: 'Tom' }], first: { name: 'Tom' }, own: { name: 'Bob', age: 5 } },
      { id: 3, pets: [], first: null, own: { name: 'Cy', age: 36 } },
    ])
  })

  it('is aggregated by jsonAgg()', async () => {
    const names = opened.db
      .selectFrom('person')
      .select((eb) => eb.fn.jsonAgg('person.name').orderBy('person.id').as('names'))
    expect(await names.executeTakeFirst()).toEqual({ names: ['Ada', 'Bob', 'Cy'] })
  })
})

describe('SQL of its own', () => {
  it('takes values, names and literals', async () => {
    const { rows } = await sql`
      select ${1} as a, ${"it's"} as b, ${sql.lit("x'y")} as c, ${[1, 2]} as d
      from ${sql.table('person')} where ${sql.ref('person.id')} in (${sql.join([1, 9])})`.execute(opened.db)
    expect(rows).toEqual([{ a: 1, b: "it's", c: "x'y", d: [1, 2] }])
  })

  it('that fails rejects with PERSIST_QUERY_FAILED, and a value that is none with a TypeError', async () => {
    const { db } = opened
    await expect(sql`select nothing`.execute(db)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    await expect(sql`select ${Symbol('x')}`.execute(db)).rejects.toThrow(TypeError)
    const locked = db.selectFrom('person').selectAll().forUpdate()
    await expect(locked.execute()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })
})

describe('stream()', () => {
  const query = () =>
    opened.db.selectFrom(sql<{ range: bigint }>`range(10_000)`.as('numbers')).selectAll('numbers')

  it.each([undefined, 1, 300])('hands out rows in pieces of %s', async (size) => {
    let count = 0n
    for await (const { range } of query().stream(size)) expect(range).toBe(count++)
    expect(count).toBe(10_000n)
  })

  it('ends early, and leaves nothing behind', async () => {
    for await (const { range } of query().stream(10)) if (range === 5n) break
    expect(opened.service.stats()).toMatchObject({ status: 'open' })
    expect(await opened.db.selectFrom('person').select('id').execute()).toHaveLength(3)
  })

  it('reads rows first in a transaction', async () => {
    const ids = await opened.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ id: 50, name: 'new', age: 1 }).execute()
      const found: number[] = []
      for await (const { id } of trx.selectFrom('person').select('id').orderBy('id').stream(3)) found.push(id)
      await trx.deleteFrom('person').where('id', '=', 50).execute()
      return found
    })
    expect(ids).toEqual([1, 2, 3, 50])
  })
})
