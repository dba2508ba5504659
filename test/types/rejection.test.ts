import type { QueryRow, Rejection, RejectionCode } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

describe('a rejection', () => {
  it('has all properties before its code is known', () => {
    expectTypeOf<Rejection['code']>().toEqualTypeOf<RejectionCode>()
    const read = (rejection: Rejection) => [rejection.index, rejection.row, rejection.column, rejection.path]
    expectTypeOf(read).toBeFunction()
    expectTypeOf<Rejection['constraint']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Rejection['conflictIndex']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Rejection['key']>().toExtend<Readonly<QueryRow> | undefined>()
    expectTypeOf<Rejection['cause']>().toEqualTypeOf<unknown>()
  })

  it('is narrowed by its code', () => {
    const read = (rejection: Rejection) => {
      switch (rejection.code) {
        case 'duplicate-key':
        case 'unique':
          expectTypeOf(rejection.constraint).toEqualTypeOf<string>()
          expectTypeOf(rejection.conflictIndex).toEqualTypeOf<number | undefined>()
          expectTypeOf(rejection.path).toEqualTypeOf<undefined>()
          break
        case 'check':
        case 'foreign-key':
          expectTypeOf(rejection.constraint).toEqualTypeOf<string>()
          expectTypeOf(rejection.conflictIndex).toEqualTypeOf<undefined>()
          break
        case 'not-null':
          expectTypeOf(rejection.constraint).toEqualTypeOf<string | undefined>()
          expectTypeOf(rejection.path).toEqualTypeOf<string | undefined>()
          break
        default:
          expectTypeOf(rejection.code).toEqualTypeOf<
            'type' | 'range' | 'serialize' | 'too-large' | 'unknown-column'
          >()
          expectTypeOf(rejection.constraint).toEqualTypeOf<undefined>()
          expectTypeOf(rejection.path).toEqualTypeOf<string | undefined>()
      }
    }
    expectTypeOf(read).toBeFunction()
  })
})
