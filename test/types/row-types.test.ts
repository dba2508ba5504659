import { pipeline } from 'node:stream/promises'
import type {
  Committed,
  OpenOptions,
  QueryColumns,
  QueryRow,
  QueryValue,
  Receipt,
  RowOf,
  Table,
} from 'duckpaddle'
import { type open, PersistenceError } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>

describe('RowOf', () => {
  it('requires what is NOT NULL or in the primary key, and nothing else', () => {
    type Row = RowOf<{ id: 'BIGINT'; name: 'VARCHAR NOT NULL'; amount: 'DOUBLE' }, 'id'>
    expectTypeOf<Row['id']>().toEqualTypeOf<number | bigint>()
    expectTypeOf<Row['name']>().toEqualTypeOf<string>()
    expectTypeOf<Row['amount']>().toEqualTypeOf<number | bigint | null | undefined>()
    expectTypeOf<{ id: number; name: string }>().toExtend<Row>()
    expectTypeOf<{ id: number; name: null }>().not.toExtend<Row>()
    expectTypeOf<{ name: string }>().not.toExtend<Row>()
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

describe('PersistenceService', () => {
  it('infers the rows of a table from its definition', () => {
    const create = (db: Service) => db.table('t', { columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP' } })
    type Created = Awaited<ReturnType<typeof create>>
    expectTypeOf<Parameters<Created['persist']>[0]>().toExtend<
      Iterable<{ id: number | bigint }> | AsyncIterable<{ id: number | bigint }>
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
