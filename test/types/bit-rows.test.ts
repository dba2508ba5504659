import type { RowOf } from 'duckpaddle'
import { describe, expectTypeOf, it } from 'vitest'

describe('RowOf', () => {
  it('takes strings for a BIT, by any of its names', () => {
    type Row = RowOf<{ flags: 'BIT NOT NULL'; mask: 'bitstring(8) not null'; rest: 'BIT' }>
    expectTypeOf<Row['flags']>().toEqualTypeOf<string>()
    expectTypeOf<Row['mask']>().toEqualTypeOf<string>()
    expectTypeOf<Row['rest']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<{ flags: boolean[]; mask: string }>().not.toExtend<Row>()
  })
})
