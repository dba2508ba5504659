import type { open, QueryRow, RowOf, Table } from 'duckpaddle'
import { json } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>

const columns = {
  id: 'BIGINT NOT NULL',
  at: 'TIMESTAMP',
  day: 'date',
  hour: 'TIME',
  small: 'smallint not null',
  amount: 'DECIMAL(10, 2)',
  kind: "ENUM('a', 'b')",
  data: 'BLOB',
  tags: 'VARCHAR[] NOT NULL',
  matrix: 'INTEGER[2][]',
  place: 'STRUCT(street VARCHAR, geo DOUBLE[2])',
  sizes: 'MAP(VARCHAR, BIGINT)',
  either: 'UNION(n INTEGER, s VARCHAR)',
  span: 'INTERVAL',
  payload: json<{ user: string }>('NOT NULL'),
  any: 'JSON',
} as const

describe("RowOf<..., 'read'>", () => {
  type Row = RowOf<typeof columns, 'read'>

  it('is what query() gives for a table', () => {
    expectTypeOf<Row['id']>().toEqualTypeOf<bigint>()
    expectTypeOf<Row['at']>().toEqualTypeOf<Date | null>()
    expectTypeOf<Row['day']>().toEqualTypeOf<Date | null>()
    expectTypeOf<Row['hour']>().toEqualTypeOf<string | null>()
    expectTypeOf<Row['small']>().toEqualTypeOf<number>()
    expectTypeOf<Row['amount']>().toEqualTypeOf<string | null>()
    expectTypeOf<Row['kind']>().toEqualTypeOf<'a' | 'b' | null>()
    expectTypeOf<Row['data']>().toEqualTypeOf<Uint8Array | null>()
    expectTypeOf<Row['payload']>().toEqualTypeOf<{ user: string }>()
    expectTypeOf<Row['any']>().toEqualTypeOf<unknown>()
    expectTypeOf<Row['span']>().toExtend<{ months: number; days: number; micros: bigint } | null>()
  })

  it('has arrays, objects and entries for nested types', () => {
    expectTypeOf<Row['tags']>().toEqualTypeOf<(string | null)[]>()
    expectTypeOf<Row['matrix']>().toEqualTypeOf<((number | null)[] | null)[] | null>()
    expectTypeOf<NonNullable<Row['place']>['geo']>().toEqualTypeOf<(number | null)[] | null>()
    expectTypeOf<NonNullable<Row['place']>['street']>().toEqualTypeOf<string | null>()
    expectTypeOf<Row['sizes']>().toEqualTypeOf<{ key: string; value: bigint | null }[] | null>()
    expectTypeOf<Row['either']>().toEqualTypeOf<{ n: number | null } | { s: string | null } | null>()
  })

  it('is known of a table, whose key is NOT NULL', () => {
    const read = async (db: Service) => {
      const events = await db.table('events', {
        columns: { id: 'BIGINT', kind: 'VARCHAR' },
        primaryKey: ['id'],
      })
      const rows = await db.query<RowOf<typeof events, 'read'>>('SELECT * FROM events')
      expectTypeOf(rows).toEqualTypeOf<{ id: bigint; kind: string | null }[]>()
      type Written = RowOf<typeof events>
      expectTypeOf<Written['id']>().toEqualTypeOf<number | bigint>()
      expectTypeOf<{ id: 1 }>().toExtend<Written>()
      expectTypeOf<RowOf<typeof columns, 'read', 'at'>['at']>().toEqualTypeOf<Date>()
      const any = await db.table('any')
      expectTypeOf<RowOf<typeof any, 'read'>>().toEqualTypeOf<QueryRow>()
    }
    expectTypeOf(read).toBeFunction()
  })
})

interface Event {
  readonly id: number
  readonly kind?: string
}

describe('a table that is there', () => {
  it('has the rows that its caller says', () => {
    const persist = async (db: Service) => {
      const events = await db.table<Event>('events')
      const keyed = await db.table<Event>('events', { key: ['id'] })
      await events.persist([{ id: 1 }, { id: 2, kind: 'a' }])
      await keyed.persist([{ id: 1 }], { onConflict: 'update' })
      expectTypeOf<RowOf<typeof events, 'read'>>().toEqualTypeOf<Event>()
      // @ts-expect-error no such property
      await events.persist([{ id: 1, kin: 'a' }])
      // @ts-expect-error no such property
      await db.table<Event>('events', { key: ['idd'] })
      // @ts-expect-error either rows or columns
      await db.table<Event>('events', { columns: { id: 'BIGINT' } })
    }
    expectTypeOf(persist).toBeFunction()
  })
})

describe('tables', () => {
  it('stand for others with the same rows, whether or not they have a key', () => {
    const persist = async (db: Service) => {
      const columns = { a: 'INTEGER', b: 'BIGINT NOT NULL' } as const
      const tables = [await db.table('a', { columns }), await db.table('b', { columns, key: ['b'] })]
      await tables[0]?.persist([{ a: 1, b: 1 }])
      const one: Table<{ a: number; b: number }> = await db.table('a', { columns })
      const all: Table[] = tables
      return [one, all]
    }
    expectTypeOf(persist).toBeFunction()
  })
})
