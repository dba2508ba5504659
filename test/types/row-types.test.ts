import { pipeline } from 'node:stream/promises'
import type {
  ColumnDefinitions,
  Committed,
  OpenOptions,
  PersistOptions,
  QueryColumns,
  QueryParameter,
  QueryRow,
  QueryValue,
  Receipt,
  RowOf,
  Table,
} from 'duckpaddle'
import { inferColumns, json, type open, PersistenceError } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>

describe('RowOf', () => {
  it('requires what is NOT NULL or in the primary key, and nothing else', () => {
    type Row = RowOf<{ id: 'BIGINT'; name: 'VARCHAR NOT NULL'; amount: 'DOUBLE' }, 'write', 'id'>
    expectTypeOf<Row['id']>().toEqualTypeOf<number | bigint>()
    expectTypeOf<Row['name']>().toEqualTypeOf<string>()
    expectTypeOf<Row['amount']>().toEqualTypeOf<number | bigint | null | undefined>()
    expectTypeOf<{ id: number; name: string }>().toExtend<Row>()
    expectTypeOf<{ id: number; name: null }>().not.toExtend<Row>()
    expectTypeOf<{ name: string }>().not.toExtend<Row>()
  })

  it('reads nested types, of any depth', () => {
    type Row = RowOf<{
      tags: 'VARCHAR[] NOT NULL'
      at: 'TIMESTAMP WITH TIME ZONE[]'
      embedding: 'FLOAT[384] NOT NULL'
      address: 'STRUCT(street VARCHAR, "zip code" VARCHAR, geo DOUBLE[2])[] NOT NULL'
      sizes: 'map(varchar, decimal(4, 1)) not null'
      either: 'UNION(n INTEGER, s VARCHAR) NOT NULL'
    }>
    expectTypeOf<Row['tags']>().toEqualTypeOf<readonly (string | null)[]>()
    expectTypeOf<Date[]>().toExtend<Row['at']>()
    expectTypeOf<Float32Array>().toExtend<Row['embedding']>()
    expectTypeOf<(number | null)[]>().toExtend<Row['embedding']>()
    expectTypeOf<string[]>().not.toExtend<Row['embedding']>()
    expectTypeOf<{ street: string; 'zip code': null; geo: [1, 2] }[]>().toExtend<Row['address']>()
    expectTypeOf<{ street: number }[]>().not.toExtend<Row['address']>()
    expectTypeOf<{ a: 1; b: '2.5'; c: null }>().toExtend<Row['sizes']>()
    expectTypeOf<Map<string, number>>().toExtend<Row['sizes']>()
    expectTypeOf<['a', 1][]>().toExtend<Row['sizes']>()
    expectTypeOf<Map<string, boolean>>().not.toExtend<Row['sizes']>()
    expectTypeOf<{ n: 1 }>().toExtend<Row['either']>()
    expectTypeOf<{ s: 'x' }>().toExtend<Row['either']>()
    expectTypeOf<{ s: 1 }>().not.toExtend<Row['either']>()
  })

  it('reads types with parameters, in either case', () => {
    type Row = RowOf<{
      kind: "ENUM('a', 'b') NOT NULL"
      price: 'decimal(10,2) not null'
      data: 'BLOB NOT NULL'
    }>
    expectTypeOf<Row['kind']>().toEqualTypeOf<'a' | 'b'>()
    expectTypeOf<Row['price']>().toEqualTypeOf<number | bigint | string>()
    expectTypeOf<Row['data']>().toEqualTypeOf<Uint8Array>()
  })

  it('reads the members of an ENUM, however they are written, and however many they are', () => {
    type Row = RowOf<{ a: "enum ( 'it''s','b , c' )  NOT NULL"; b: "ENUM('')" }>
    expectTypeOf<Row['a']>().toEqualTypeOf<"it's" | 'b , c'>()
    expectTypeOf<Row['b']>().toEqualTypeOf<'' | null | undefined>()
    type Ten = "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'"
    type Many = `${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, ${Ten}, 'last'`
    expectTypeOf<RowOf<{ a: `ENUM(${Many}) NOT NULL` }>['a']>().toExtend<string>()
    expectTypeOf<'last'>().toExtend<RowOf<{ a: `ENUM(${Many}) NOT NULL` }>['a']>()
    expectTypeOf<'10'>().not.toExtend<RowOf<{ a: `ENUM(${Many}) NOT NULL` }>['a']>()
  })

  it('reads the other names that DuckDB has for a type', () => {
    type Row = RowOf<{
      text: 'varchar(10) NOT NULL'
      code: 'CHARACTER VARYING (3) NOT NULL'
      big: 'INT128 NOT NULL'
      float: 'DOUBLE PRECISION NOT NULL'
      at: 'TIMESTAMP(3) NOT NULL'
      zoned: 'TIMESTAMP WITH TIME ZONE NOT NULL'
      price: 'DEC(5) NOT NULL'
      id: 'guid NOT NULL'
    }>
    expectTypeOf<Row['text']>().toEqualTypeOf<string>()
    expectTypeOf<Row['code']>().toEqualTypeOf<string>()
    expectTypeOf<Row['big']>().toEqualTypeOf<number | bigint>()
    expectTypeOf<Row['float']>().toEqualTypeOf<number | bigint>()
    expectTypeOf<Row['at']>().toEqualTypeOf<Date | string | bigint>()
    expectTypeOf<Row['zoned']>().toEqualTypeOf<Date | string | bigint>()
    expectTypeOf<Row['price']>().toEqualTypeOf<number | bigint | string>()
    expectTypeOf<Row['id']>().toEqualTypeOf<string>()
  })
})

describe('a write stream', () => {
  it('takes the rows of its table, and emits receipts', () => {
    const create = async (db: Service) => {
      const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP' }, key: ['id'] })
      const stream = table.createWriteStream({ commitRows: 10, onRowError: 'skip' })
      stream.on('commit', (receipt) => expectTypeOf(receipt).toEqualTypeOf<Receipt>())
      stream.write({ id: 1 }, (error) => expectTypeOf(error).toEqualTypeOf<Error | null | undefined>())
      stream.end({ id: 2n, at: new Date() })
      // @ts-expect-error a row must have what is NOT NULL
      stream.write({ at: new Date() })
      // @ts-expect-error a column takes what it can hold
      stream.end({ id: 'one' })
      // With 'update' a row may carry some columns only.
      table.createWriteStream({ onConflict: 'update' }).write({ at: null })
      // @ts-expect-error a misspelt option
      table.createWriteStream({ commitRow: 1 })
      await pipeline([{ id: 1 }], stream)
      expectTypeOf(stream.committed).toEqualTypeOf<Committed>()
    }
    expectTypeOf(create).toBeFunction()
  })
})

describe('inferColumns', () => {
  it('makes columns of the names that rows have, whose types are not known', () => {
    const create = async (db: Service, rows: AsyncIterable<{ id: number; name?: string }>) => {
      const columns = await inferColumns(rows, { sample: 10, parse: true })
      expectTypeOf(columns).toEqualTypeOf<{ readonly id: string; readonly name: string }>()
      const table = await db.table('t', { columns: { ...columns, id: 'BIGINT NOT NULL' }, key: ['id'] })
      await table.persist([{ id: 1, name: 'x' }])
      // @ts-expect-error a row must have what is NOT NULL
      await table.persist([{ name: 'x' }])
      await (await db.table('u', { columns })).persist(rows)
      // @ts-expect-error rows are objects
      await inferColumns(['text'])
      // @ts-expect-error a misspelt option
      await inferColumns(rows, { samples: 1 })
    }
    expectTypeOf(create).toBeFunction()
  })

  it('makes columns of a table of any rows, where nothing is known of them', () => {
    const create = async (db: Service, rows: readonly Record<string, unknown>[]) => {
      const columns = await inferColumns(rows)
      expectTypeOf(columns).toExtend<ColumnDefinitions>()
      const table = await db.table('t', { columns, key: ['id'] })
      await table.persist(rows)
      await table.persist([{ anything: 1 }])
      const mixed = await inferColumns([{ id: 1 }, { id: 2, size: 5 }])
      expectTypeOf(mixed).toEqualTypeOf<{ readonly id: string; readonly size: string }>()
    }
    expectTypeOf(create).toBeFunction()
  })
})

interface Payload {
  readonly user: string
  readonly tags?: readonly string[]
}

describe('a table', () => {
  it('has JSON columns that are typed by json()', () => {
    const persist = async (db: Service) => {
      const table = await db.table('t', {
        columns: {
          id: 'BIGINT NOT NULL',
          kind: "ENUM('a', 'b')",
          payload: json<Payload>('NOT NULL'),
          more: json<number[]>(),
          any: 'JSON',
        },
        key: ['id'],
      })
      await table.persist([{ id: 1, kind: 'a', payload: { user: 'ada' }, more: [1], any: { x: 1 } }])
      await table.persist([{ id: 2, payload: { user: 'ada', tags: [] }, more: null }])
      // @ts-expect-error a payload is one of its type
      await table.persist([{ id: 3, payload: { name: 'ada' } }])
      // @ts-expect-error a row must have what is NOT NULL
      await table.persist([{ id: 3 }])
      // @ts-expect-error so it is where it may be NULL
      await table.persist([{ id: 3, payload: { user: 'ada' }, more: ['1'] }])
      // @ts-expect-error no member of the ENUM
      await table.persist([{ id: 3, payload: { user: 'ada' }, kind: 'c' }])
      type Row = typeof table extends Table<infer Taken> ? Taken : never
      expectTypeOf<Row['payload']>().toEqualTypeOf<Payload>()
      expectTypeOf<Row['more']>().toEqualTypeOf<number[] | null | undefined>()
      expectTypeOf<Row['any']>().toEqualTypeOf<unknown>()
      expectTypeOf<Row['kind']>().toEqualTypeOf<'a' | 'b' | null | undefined>()
      await db.table('u', { columns: { payload: json<Payload>() }, primaryKey: ['payload'] })
      // @ts-expect-error no other clause
      json<Payload>('NULL')
    }
    expectTypeOf(persist).toBeFunction()
  })

  it('takes strings with parse only', () => {
    const persist = async (db: Service) => {
      const table = await db.table('t', {
        columns: { id: 'BIGINT NOT NULL', kind: "ENUM('a', 'b')" },
        key: ['id'],
      })
      await table.persist([{ id: '1', kind: 'a' }, { id: 2 }], { parse: true })
      await table.persist([{ kind: 'b' }], { parse: true, onConflict: 'update' })
      await db.transaction(async (tx) => {
        await tx.persist(table, [{ id: '1', kind: 'a' }, { id: 2 }], { parse: true })
        await tx.persist(table, [{ kind: 'b' }], { parse: true, onConflict: 'update' })
        // @ts-expect-error a string, without parse
        await tx.persist(table, [{ id: '1' }])
      })
      table.createWriteStream({ parse: true }).write({ id: '1' })
      table.createWriteStream({ parse: true, onConflict: 'update' }).write({ kind: 'b' })
      const upsert = (options: PersistOptions & { readonly onConflict: 'update' }) =>
        table.persist([{ kind: 'b' }], options)
      await upsert({ onConflict: 'update', parse: true })
      const any = await db.table('any')
      await any.persist([{ id: '1' }], { parse: true })
      // @ts-expect-error a string, without parse
      await table.persist([{ id: '1' }], { parse: false })
      // @ts-expect-error a row must have what is NOT NULL
      await table.persist([{ kind: 'a' }], { parse: true })
      // @ts-expect-error a value that is no string must be of its column
      await table.persist([{ id: true }], { parse: true })
    }
    expectTypeOf(persist).toBeFunction()
  })
})

describe('rows by column', () => {
  it('are arrays, or typed arrays where the column takes numbers', () => {
    const persist = async (table: Table<RowOf<{ id: 'BIGINT NOT NULL'; name: 'VARCHAR' }>>) => {
      await table.persist({ columns: { id: BigInt64Array.of(1n), name: ['x'] } })
      await table.persist({ columns: { id: [1] } })
      // @ts-expect-error a column that is NOT NULL is missing
      await table.persist({ columns: { name: ['x'] } })
      // @ts-expect-error a text is no number
      await table.persist({ columns: { id: ['x'] } })
      // @ts-expect-error numbers are no texts
      await table.persist({ columns: { id: [1], name: Float64Array.of(1) } })
    }
    expectTypeOf(persist).toBeFunction()
  })
})

describe('PersistenceService', () => {
  it('infers the rows of a table from its definition', () => {
    const create = (db: Service) => db.table('t', { columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP' } })
    type Created = Awaited<ReturnType<typeof create>>
    expectTypeOf<Extract<Parameters<Created['persist']>[0], Iterable<unknown>>>().toExtend<
      Iterable<{ id: number | bigint }>
    >()
    // @ts-expect-error a key must be a column
    const misspelt = (db: Service) => db.table('t', { columns: { id: 'BIGINT' }, primaryKey: ['idd'] })
    // @ts-expect-error a row must have what is NOT NULL
    const incomplete = (table: Created) => table.persist([{ at: new Date() }])
    expectTypeOf(misspelt).toBeFunction()
    expectTypeOf(incomplete).toBeFunction()
  })

  it('takes any rows where the table is read from the database', () => {
    const read = (db: Service) => db.table('t')
    expectTypeOf<Awaited<ReturnType<typeof read>>>().toEqualTypeOf<Table>()
  })

  it('takes parameters of every nested type', () => {
    const items: readonly { id: number; tags: string[] }[] = []
    const read = (db: Service) => [
      db.query('SELECT ?, ?, ?', [
        [1, null, 2n],
        new Float32Array(3),
        { a: { b: [new Date()] }, c: undefined },
      ]),
      db.query('SELECT $m, $n, $u', {
        m: new Map([['a', [1]]]),
        n: new Map([[1n, { x: null }]]),
        u: undefined,
      }),
      db.query('SELECT ?, ?', [items, [[[new Uint8Array(1)]], new BigUint64Array(1)]]),
      db.run('SELECT ?', [new Map<string, readonly number[]>() as ReadonlyMap<string, readonly number[]>]),
    ]
    expectTypeOf(read).toBeFunction()
    expectTypeOf<readonly QueryValue[]>().toExtend<QueryParameter>()
    expectTypeOf<QueryRow>().toExtend<QueryParameter>()
    expectTypeOf<readonly (string | null)[][]>().toExtend<QueryParameter>()
    expectTypeOf<RegExp>().not.toExtend<QueryParameter>()
    expectTypeOf<Promise<number>>().not.toExtend<QueryParameter>()
    expectTypeOf<Set<number>>().not.toExtend<QueryParameter>()
    expectTypeOf<readonly undefined[]>().not.toExtend<QueryParameter>()
    expectTypeOf<{ f: () => void }>().not.toExtend<QueryParameter>()
    expectTypeOf<symbol>().not.toExtend<QueryParameter>()
  })

  it('types what a query reads by its options', () => {
    const read = (db: Service) => db.query('SELECT 1', [], { timestamps: 'string', bigints: 'number' })
    type Value = Awaited<ReturnType<typeof read>>[number][string]
    expectTypeOf<Value>().toEqualTypeOf<QueryValue<'string', 'number'>>()
    expectTypeOf<Date>().not.toExtend<Value>()
    expectTypeOf<bigint>().not.toExtend<Value>()
    expectTypeOf<{
      at: string
      tags: string[]
      span: { months: number; days: number; micros: bigint }
    }>().toExtend<Value>()
    const readCounts = (db: Service) => db.query('SELECT 1', undefined, { timestamps: 'bigint' })
    type Count = Awaited<ReturnType<typeof readCounts>>[number][string]
    expectTypeOf<bigint>().toExtend<Count>()
    expectTypeOf<Date>().not.toExtend<Count>()
    const readAny = (db: Service) => db.query('SELECT 1')
    expectTypeOf<Awaited<ReturnType<typeof readAny>>>().toEqualTypeOf<QueryRow[]>()
    expectTypeOf<Date | bigint>().toExtend<QueryValue>()
    const readAs = (db: Service) => db.query<{ n: number }>('SELECT 1', [], { bigints: 'number' })
    expectTypeOf<Awaited<ReturnType<typeof readAs>>>().toEqualTypeOf<{ n: number }[]>()
    const readArrays = (db: Service) =>
      db.query('SELECT 1', [], { rowMode: 'array', timestamps: 'string', bigints: 'number' })
    expectTypeOf(readArrays).returns.resolves.toEqualTypeOf<QueryValue<'string', 'number'>[][]>()

    const readColumns = (db: Service) =>
      db.query('SELECT 1', [], { columns: true, timestamps: 'date', bigints: 'bigint' })
    expectTypeOf(readColumns).returns.resolves.toEqualTypeOf<QueryColumns<'date', 'bigint'>>()

    const streamAs = (db: Service) => db.stream<{ n: number }>('SELECT 1')
    expectTypeOf(streamAs).returns.toEqualTypeOf<AsyncIterableIterator<{ n: number }>>()
    // @ts-expect-error no such reading
    const misspelt = (db: Service) => db.query('SELECT 1', [], { bigints: 'Number' })
    expectTypeOf(misspelt).toBeFunction()
    expectTypeOf<{ timestamps: 'date'; bigints: 'string' }>().toExtend<OpenOptions>()
  })

  it('has errors that narrow by their code', () => {
    expectTypeOf<PersistenceError['code']>().toExtend<string>()
    expectTypeOf(PersistenceError).toBeConstructibleWith('PERSIST_CLOSED', 'closed')
  })
})
