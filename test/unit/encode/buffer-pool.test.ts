import { expect, it } from 'vitest'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'

it('a buffer that the process has no memory for is an error with a code', () => {
  const pool = new BufferPool(2 ** 52)
  const failed = expect.objectContaining({ code: 'PERSIST_OUT_OF_MEMORY', cause: expect.any(RangeError) })
  expect(() => pool.take(1)).toThrow(failed)
  expect(() => pool.take(2 ** 53 - 1)).toThrow(failed)
  expect(new BufferPool(8).take(1).byteLength).toBe(8)
})
