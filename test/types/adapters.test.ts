import type { AbstractLevel } from 'abstract-level'
import { DuckDBStorageAdapter } from 'duckpaddle'
import { DuckDBLevel } from 'duckpaddle/abstract-level'
import { KeyvDuckDB } from 'duckpaddle/keyv'
import { type DuckDBDriver, duckdbDriver } from 'duckpaddle/unstorage'
import type { KeyvStoreAdapter } from 'keyv'
import type { Driver } from 'unstorage'
import { describe, expectTypeOf, it } from 'vitest'

describe('the adapters', () => {
  it('are what their libraries take', () => {
    // Keyv passes on what `setMany` resolves to, which its types leave out.
    expectTypeOf<KeyvDuckDB>().toExtend<Omit<KeyvStoreAdapter, 'setMany'>>()
    expectTypeOf<DuckDBDriver>().toExtend<Driver>()
    expectTypeOf<DuckDBLevel<string, number>>().toExtend<
      AbstractLevel<string | Buffer | Uint8Array, string, number>
    >()
  })

  it('take a store, and values as the caller knows them', () => {
    const use = async (store: DuckDBStorageAdapter, db: DuckDBLevel<string, { n: number }>) => {
      expectTypeOf(await db.get('k')).toEqualTypeOf<{ n: number } | undefined>()
      // @ts-expect-error Another type of value.
      await db.put('k', 1)
      expectTypeOf(await new KeyvDuckDB(store).get<number>('k')).toEqualTypeOf<number | undefined>()
      duckdbDriver(store)
      // @ts-expect-error It is the store's path.
      duckdbDriver('app.duckdb')
      // @ts-expect-error It is called `tableName`.
      new DuckDBLevel(':memory:', { table: 'k' })
    }
    expectTypeOf(use).toBeFunction()
    expectTypeOf(DuckDBStorageAdapter).toBeConstructibleWith({ database: ':memory:' })
  })
})
