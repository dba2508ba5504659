import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import type { ColumnDescriptor } from '../../../src/protocol/column-type.js'
import { vectorSizes } from '../../support/vector-sizes.js'

const integer = { type: { name: 'INTEGER' }, notNull: false, hasDefault: false } as const

/** What is wrong with a row, or else the values that it was written with. */
function encode(row: unknown, ...names: readonly string[]) {
  const columns: ColumnDescriptor[] = names.map((name) => ({ name, ...integer }))
  const layout = layOutBatch(vectorSizes(names.map(() => 4)), 1)
  const batch = new Batch(new ArrayBuffer(layout.heapOffset), layout)
  const encoder = new RowEncoder(columns)
  encoder.attach(batch)
  const outcome = encoder.encode(row)
  if (outcome !== undefined) return outcome
  return names.map((_, index) => {
    const isNull = ((batch.bytes[layout.validityOffsets[index] ?? 0] ?? 0) & 1) === 0
    return isNull ? null : batch.int32[(layout.valueOffsets[index] ?? 0) >> 2]
  })
}

class Reading {
  id = 1
  get value(): number {
    return 2
  }
  status(): string {
    return 'a method'
  }
  static of(fields: object): Reading {
    return Object.assign(new Reading(), fields)
  }
}

describe('a row of a class', () => {
  it('has the values of its properties and getters', () => {
    expect(encode(new Reading(), 'id', 'value')).toEqual([1, 2])
  })

  it.each(['status', 'constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'has no value for a column that is called like what it inherits: %s',
    (name) => {
      expect(encode(new Reading(), 'id', name)).toEqual([1, null])
      expect(encode({ id: 1 }, 'id', name)).toEqual([1, null])
    },
  )

  it.each(['status', 'constructor', 'toString'])('has a value for %s where it has one of its own', (name) => {
    expect(encode(Reading.of({ [name]: 5 }), 'id', name)).toEqual([1, 5])
    expect(encode({ id: 1, [name]: 5 }, 'id', name)).toEqual([1, 5])
  })

  it('has no value for a method that can be enumerated', () => {
    const row = Object.assign(Object.create({ status: () => 1 }), { id: 1 })
    expect(encode(row, 'id', 'status')).toEqual([1, null])
  })

  it('is rejected for a function of its own that is called like a column', () => {
    expect(encode({ id: () => 1 }, 'id')).toMatchObject({ code: 'type', column: 'id' })
    expect(encode(Reading.of({ status: () => 1 }), 'id', 'status')).toMatchObject({ code: 'type' })
  })
})

describe('a property that no column takes', () => {
  it('is a rejection also beside columns that are getters, and methods', () => {
    const row = Reading.of({ extra: 5 })
    for (const names of [['id'], ['id', 'value'], ['value'], ['id', 'value', 'status']]) {
      expect(encode(row, ...names)).toMatchObject({ code: 'unknown-column' })
    }
    expect(encode(Reading.of({ extra: undefined }), 'id', 'value', 'status')).toEqual([1, 2, null])
  })

  it('is none where it is undefined, wherever it stands', () => {
    const none = undefined
    expect(encode({ extra: none, id: 1 }, 'id')).toEqual([1])
    expect(encode({ id: 1, extra: none }, 'id')).toEqual([1])
    expect(encode({ id: 1, extra: none, another: none }, 'id', 'other')).toEqual([1, null])
  })

  it.each([null, 0, '', false, Number.NaN])(
    'is a rejection where it is %s, also beside one that is undefined',
    (value) => {
      expect(encode({ a: undefined, id: 1, extra: value }, 'id')).toMatchObject({
        code: 'unknown-column',
        column: 'extra',
      })
    },
  )
})
