import type { BatchOperation, KeyRange, SetOptions, StoreSnapshot } from 'duckpaddle'
import { DuckDBStorageAdapter } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

interface User {
  readonly name: string
}

describe('a store', () => {
  it('has its values in what it gives', () => {
    const store = new DuckDBStorageAdapter<User>({ database: ':memory:' })
    expectTypeOf(store.peek).returns.toEqualTypeOf<User | undefined>()
    expectTypeOf(store.snapshot).returns.toEqualTypeOf<StoreSnapshot<User>>()
    expectTypeOf(store.entries).parameters.toEqualTypeOf<[range?: KeyRange | undefined]>()
    expectTypeOf(store.entries).returns.toEqualTypeOf<AsyncGenerator<[key: string, value: User]>>()
    expectTypeOf(store.keys).returns.toEqualTypeOf<AsyncGenerator<string>>()
    expectTypeOf(store.values).returns.toEqualTypeOf<AsyncGenerator<User>>()
    expectTypeOf(store.clear).parameters.toEqualTypeOf<[range?: KeyRange | undefined]>()
    expectTypeOf(store.hasMany).returns.resolves.toEqualTypeOf<boolean[]>()
    expectTypeOf<StoreSnapshot<User>['get']>().returns.resolves.toEqualTypeOf<User | undefined>()
    expectTypeOf<SetOptions>().toEqualTypeOf<{ readonly expiresInMs?: number | undefined }>()
  })

  it('takes no misspelt options, nor values of others', () => {
    const use = (store: DuckDBStorageAdapter<User>, bytes: DuckDBStorageAdapter<Uint8Array>) => {
      store.keys({ prefix: 'u:', reverse: true, limit: 10 })
      // @ts-expect-error It is called `gt`.
      store.keys({ start: 'u:' })
      // @ts-expect-error Keys are strings.
      void store.clear({ gte: 1 })
      void store.set('u', { name: 'Ada' }, { expiresInMs: 1000 })
      // @ts-expect-error It is called `expiresInMs`.
      void store.set('u', { name: 'Ada' }, { ttl: 1000 })
      void bytes.set('u', Buffer.from('Ada'))
      // @ts-expect-error A promise is not what `peek` gives.
      store.peek('u').then()
    }
    expectTypeOf(use).toBeFunction()
    const operation = { type: 'set', key: 'u', value: { name: 'Ada' }, expiresInMs: 1 } as const
    expectTypeOf(operation).toExtend<BatchOperation<User>>()
  })
})
