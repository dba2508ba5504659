import { beforeEach, describe, expect, it } from 'vitest'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'

it('a buffer that the process has no memory for is an error with a code', () => {
  const pool = new BufferPool(2 ** 52)
  const failed = expect.objectContaining({ code: 'PERSIST_OUT_OF_MEMORY', cause: expect.any(RangeError) })
  expect(() => pool.take(1)).toThrow(failed)
  expect(() => pool.take(2 ** 53 - 1)).toThrow(failed)
  expect(new BufferPool(8).take(1).byteLength).toBe(8)
})

describe('buffers', () => {
  let pool: BufferPool
  beforeEach(() => {
    pool = new BufferPool(64)
  })

  it('are all of one size, but for those that need more', () => {
    expect([1, 64, 65, 1000].map((bytes) => pool.take(bytes).byteLength)).toEqual([64, 64, 65, 1000])
  })

  it('have a whole number of words, for what is read and written there is up to 8 bytes long', () => {
    const odd = new BufferPool(71)
    expect([odd.bufferBytes, odd.take(64).byteLength, odd.take(65).byteLength]).toEqual([64, 64, 65])
    odd.give(new ArrayBuffer(64))
    expect(odd.freeBytes).toBe(64)
  })

  it('are used again once they are given back, and by one at a time', () => {
    const [first, second] = [pool.take(1), pool.take(1)]
    expect(first).not.toBe(second)
    pool.give(first)
    expect(pool.freeBytes).toBe(64)
    expect(pool.take(64)).toBe(first)
    expect(pool.freeBytes).toBe(0)
    expect(pool.take(1)).not.toBe(first)
  })

  it('are let go where they are of another size, as one is that has crossed to the worker', () => {
    const [large, sent] = [pool.take(65), pool.take(1)]
    structuredClone(sent, { transfer: [sent] })
    for (const buffer of [large, sent, new ArrayBuffer(63)]) pool.give(buffer)
    expect(pool.freeBytes).toBe(0)
    expect(pool.take(1).byteLength).toBe(64)
  })

  it('are all kept as long as somebody needs many', () => {
    const letGo = [pool.hold(), pool.hold()]
    for (const buffer of [1, 2, 3].map(() => pool.take(1))) pool.give(buffer)
    pool.trim()
    letGo[0]?.()
    expect(pool.freeBytes).toBe(3 * 64)
    letGo[1]?.()
    expect(pool.freeBytes).toBe(2 * 64)
  })

  it('are kept two at most while nothing is persisted', () => {
    const buffers = [1, 2, 3].map(() => pool.take(1))
    for (const buffer of buffers) pool.give(buffer)
    expect(pool.freeBytes).toBe(3 * 64)
    pool.trim()
    // Its memory is free at once.
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([64, 64, 0])
    expect(pool.freeBytes).toBe(2 * 64)
    pool.trim()
    expect(pool.freeBytes).toBe(2 * 64)
    expect([pool.take(1), pool.take(1)].map(({ byteLength }) => byteLength)).toEqual([64, 64])
  })
})
