import type { open, QueryRow, Receipt, RowOf, Table, Transaction } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

type Service = Awaited<ReturnType<typeof open>>
type Row = RowOf<{ id: 'BIGINT NOT NULL'; name: 'VARCHAR NOT NULL'; amount: 'DOUBLE' }>

// Never called: what counts is whether it compiles.
describe('a transaction', () => {
  it('takes rows of the type of the table', () => {
    const use = async (tx: Transaction, table: Table<Row>) => {
      expectTypeOf(await tx.persist(table, [{ id: 1, name: 'a' }])).toEqualTypeOf<Receipt>()
      await tx.persist(table, new Set([{ id: 1n, name: 'a', amount: null }]), { onRowError: 'skip' })
      await tx.persist(table, [{ id: 1, amount: 2 }], { onConflict: 'update' })
      // @ts-expect-error: `name` is missing
      await tx.persist(table, [{ id: 1 }])
      // @ts-expect-error: `id` is of another type
      await tx.persist(table, [{ id: 'one', name: 'a' }])
      // @ts-expect-error: there is no such column
      await tx.persist(table, [{ id: 1, name: 'a', more: 1 }])
      // @ts-expect-error: `amount` is of another type
      await tx.persist(table, [{ id: 1, amount: 'much' }], { onConflict: 'update' })
    }
    expectTypeOf(use).toBeFunction()
  })

  it('takes any rows for a table that was not defined', () => {
    const use = async (tx: Transaction, table: Table) => tx.persist(table, [{ anything: 1 }])
    expectTypeOf(use).toBeFunction()
  })

  it('reads as query() of the service does, and resolves to what its callback does', () => {
    const use = async (db: Service) => {
      const rows = db.transaction(async (tx) => tx.query<{ n: number }>('SELECT 1 AS n'))
      expectTypeOf(await rows).toEqualTypeOf<{ n: number }[]>()
      const plain = db.transaction((tx) => tx.query('SELECT 1'), {
        timeoutMs: 5,
        signal: new AbortController().signal,
      })
      expectTypeOf(await plain).toEqualTypeOf<QueryRow[]>()
      const outside = () => db.query('SELECT 1', [], { bigints: 'number' } as const)
      const inside = () => db.transaction((tx) => tx.query('SELECT 1', [], { bigints: 'number' } as const))
      expectTypeOf(inside).toEqualTypeOf(outside)
      // @ts-expect-error: there is no such option
      await db.transaction(async () => undefined, { timeout: 5 })
    }
    expectTypeOf(use).toBeFunction()
  })
})
