import type { ColumnDefinitions, open, RowOf, Table, TableOptions } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>

describe('columns', () => {
  it('are inferred without `as const`, inline and through a const type parameter', () => {
    const define = async (db: Service) => {
      const inline = await db.table('t', { columns: { id: 'BIGINT NOT NULL', name: 'VARCHAR' } })
      expectTypeOf<RowOf<typeof inline>['id']>().toEqualTypeOf<number | bigint>()
      const keep = <const Columns extends ColumnDefinitions>(columns: Columns) => columns
      const kept = keep({ id: 'BIGINT NOT NULL', name: 'VARCHAR' })
      const table = await db.table('t', { columns: kept })
      expectTypeOf<RowOf<typeof table, 'read'>>().toEqualTypeOf<{ id: bigint; name: string | null }>()
    }
    expectTypeOf(define).toBeFunction()
  })

  it('take every spelling of a type', () => {
    const define = (db: Service) =>
      db.table('t', {
        columns: {
          a: 'bigint not null',
          b: 'Double Precision',
          c: ' INT4 ',
          d: 'VARCHAR(10)',
          e: 'decimal( 10 , 2 ) NOT NULL',
          f: 'DECIMAL (10,2)[]',
          g: 'TIMESTAMP WITH TIME ZONE[]',
          h: 'timestamp  with  time  zone',
          i: 'TIMESTAMP(3) WITHOUT TIME ZONE',
          j: 'INTEGER ARRAY',
          k: 'integer array[3]',
          l: 'FLOAT[384][]',
          m: 'INTEGER[][3]',
          n: 'MAP(VARCHAR, DECIMAL(4, 1))',
          o: 'STRUCT(a INTEGER, b STRUCT(c TEXT[], "d,e" INT)) NOT NULL',
          p: "STRUCT(a ENUM('x,y', 'z('))",
          q: 'UNION(n INT, s TEXT)',
          r: 'Timestamp Not Null',
          s: 'INTEGER[] Not Null',
          t: `STRUCT(
            a INTEGER,
            b VARCHAR
          )`,
          u: 'ROW(a INTEGER)',
          v: 'GEOMETRY',
          w: 'INTEGER NULL',
          x: 'national character varying (3)',
          y: 'BIT(3)',
          z: 'DECIMAL',
        },
      })
    type Row = RowOf<Awaited<ReturnType<typeof define>>, 'read'>
    expectTypeOf<Row['a']>().toEqualTypeOf<bigint>()
    expectTypeOf<Row['b'] | Row['c']>().toEqualTypeOf<number | null>()
    expectTypeOf<Row['d'] | Row['x'] | Row['y'] | Row['z']>().toEqualTypeOf<string | null>()
    expectTypeOf<Row['e']>().toEqualTypeOf<string>()
    expectTypeOf<Row['f']>().toEqualTypeOf<(string | null)[] | null>()
    expectTypeOf<Row['g']>().toEqualTypeOf<(Date | null)[] | null>()
    expectTypeOf<Row['h'] | Row['i']>().toEqualTypeOf<Date | null>()
    expectTypeOf<Row['r']>().toEqualTypeOf<Date>()
    expectTypeOf<Row['j'] | Row['k']>().toEqualTypeOf<(number | null)[] | null>()
    expectTypeOf<Row['s']>().toEqualTypeOf<(number | null)[]>()
    expectTypeOf<Row['l'] | Row['m']>().toEqualTypeOf<((number | null)[] | null)[] | null>()
    expectTypeOf<Row['n']>().toEqualTypeOf<{ key: string; value: string | null }[] | null>()
    expectTypeOf<Row['t']>().toEqualTypeOf<{ a: number | null; b: string | null } | null>()
    expectTypeOf<Row['u']>().toEqualTypeOf<{ a: number | null } | null>()
    expectTypeOf<Row['w']>().toEqualTypeOf<number | null>()
  })

  it('of no type are refused, at every level', () => {
    const define = async (db: Service) => {
      // @ts-expect-error no type
      await db.table('t', { columns: { id: 'BIGNT' } })
      // @ts-expect-error no type
      await db.table('t', { columns: { id: 'BIGINT', at: 'TIMESTAMPZ NOT NULL' } })
      // @ts-expect-error no type
      await db.table('t', { columns: { tags: 'VARCAR[]' } })
      // @ts-expect-error no type
      await db.table('t', { columns: { place: 'STRUCT(a INTEGER, b STRNG)' } })
      // @ts-expect-error no type
      await db.table('t', { columns: { place: 'MAP(VARCHAR, STRNG)' } })
      // @ts-expect-error no type
      await db.table('t', { columns: { price: 'DECIML(10,2)' } })
      // @ts-expect-error no clause that definitions have
      await db.table('t', { columns: { id: 'BIGINT PRIMARY KEY' } })
    }
    expectTypeOf(define).toBeFunction()
  })

  it('that are computed are taken, and their values may be anything', () => {
    const define = async (db: Service, type: string, width: number, computed: ColumnDefinitions) => {
      await db.table('t', {
        columns: { a: type, b: `${type} NOT NULL`, c: `DECIMAL(${width},2)`, d: `${type}[]` },
      })
      const table = await db.table('t', { columns: computed, key: ['id'] })
      await table.persist([{ id: 1, other: 'x' }], { onConflict: 'update' })
      await (await db.table('u', { columns: computed })).persist([{ id: 1 }], { onConflict: 'ignore' })
      const options: TableOptions = { columns: computed, key: ['id'] }
      await (await db.table('v', options)).persist([{ id: 1 }])
      const generic = async <Columns extends ColumnDefinitions>(columns: Columns) =>
        (await db.table('t', { columns })).createWriteStream({ commitRows: 1 })
      await generic({ id: 'BIGINT' })
    }
    expectTypeOf(define).toBeFunction()
  })
})

describe('onConflict', () => {
  it('takes a table with a key', () => {
    const persist = async (db: Service, existing: Table) => {
      const plain = await db.table('t', { columns: { id: 'BIGINT' } })
      const keyed = await db.table('t', { columns: { id: 'BIGINT' }, key: ['id'] })
      const primary = await db.table('t', { columns: { id: 'BIGINT' }, primaryKey: ['id'] })
      await plain.persist([{ id: 1 }], { onConflict: 'error' })
      await keyed.persist([{ id: 1 }], { onConflict: 'ignore' })
      await primary.persist([{ id: 1 }], { onConflict: 'update' })
      await existing.persist([{ id: 1 }], { onConflict: 'update' })
      // @ts-expect-error there is no key
      await plain.persist([{ id: 1 }], { onConflict: 'ignore' })
      // @ts-expect-error there is no key
      await plain.persist([{ id: 1 }], { onConflict: 'update', parse: true })
      // @ts-expect-error there is no key
      plain.createWriteStream({ onConflict: 'update' })
      await db.transaction(async (tx) => {
        await tx.persist(keyed, [{ id: 1 }], { onConflict: 'ignore' })
        await tx.persist(plain, [{ id: 1 }])
        // @ts-expect-error there is no key
        await tx.persist(plain, [{ id: 1 }], { onConflict: 'update' })
      })
    }
    expectTypeOf(persist).toBeFunction()
  })
})
