import { beforeEach, expect, it } from 'vitest'
import { BatchAllocator } from '../../../src/main/encode/batch-allocator.js'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'
import { EncoderPool } from '../../../src/main/encode/encoder-pool.js'
import type { ColumnDescriptor } from '../../../src/protocol/column-type.js'

const column = { type: { name: 'INTEGER' }, notNull: true, hasDefault: false } as const
const columns: readonly ColumnDescriptor[] = [
  { ...column, name: 'id' },
  { ...column, name: 'a' },
]
const plain = { onConflict: 'error', parse: false } as const
const allocator = new BatchAllocator(columns, new BufferPool(65_536))

let pool: EncoderPool
beforeEach(() => {
  pool = new EncoderPool(columns, ['id'])
})

it('an encoder is leased to one at a time, and used again when it has come back', () => {
  const [first, second] = [pool.lease(plain), pool.lease(plain)]
  expect(first).not.toBe(second)
  pool.giveBack(first)
  expect(pool.lease(plain)).toBe(first)
  expect(pool.lease(plain)).not.toBe(second)
})

it('four are kept for later, and more are let go', () => {
  const leased = Array.from({ length: 6 }, () => pool.lease(plain))
  for (const encoder of leased) pool.giveBack(encoder)
  const again = Array.from({ length: 6 }, () => pool.lease(plain))
  expect(new Set(again).size).toBe(6)
  expect(again.filter((encoder) => leased.includes(encoder))).toHaveLength(4)
})

it('each is leased for an update or not, whatever it was for before, and by its key', () => {
  const lease = (onConflict: 'error' | 'update') => {
    const encoder = pool.lease({ onConflict, parse: false })
    encoder.attach(allocator.allocate())
    return encoder
  }
  const update = lease('update')
  expect(update.encode({ id: 1 })).toBeUndefined()
  expect(update.encode({ a: 1 })).toMatchObject({ code: 'not-null', column: 'id' })
  pool.giveBack(update)
  const insert = lease('error')
  expect(insert).toBe(update)
  expect(insert.encode({ id: 1 })).toMatchObject({ code: 'not-null', column: 'a' })
})

it('one that has come back writes into no batch any more', () => {
  const encoder = pool.lease(plain)
  const batch = allocator.allocate()
  encoder.attach(batch)
  encoder.encode({ id: 1, a: 2 })
  pool.giveBack(encoder)
  expect(pool.lease(plain).encode({ id: 2, a: 3 })).toBe('batch-full')
  expect(batch.rows).toBe(1)
})
