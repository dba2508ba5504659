import { describe, expect, it } from 'vitest'
import { FlowControl } from '../../src/main/scheduling/flow-control.js'

const mebibyte = 1024 * 1024

describe('FlowControl', () => {
  it('has room for so many bytes, and for one batch of any size', () => {
    const window = new FlowControl(4 * mebibyte)
    expect(window.hasRoom(100 * mebibyte)).toBe(true)
    window.add(3 * mebibyte)
    expect(window.hasRoom(mebibyte)).toBe(true)
    expect(window.hasRoom(mebibyte + 1)).toBe(false)
    window.remove(3 * mebibyte)
    expect(window.hasRoom(100 * mebibyte)).toBe(true)
  })

  it('has room for 32 batches, for the sake of garbage collection', () => {
    const window = new FlowControl(64 * mebibyte)
    for (let batch = 0; batch < 32; batch++) {
      expect(window.hasRoom(mebibyte)).toBe(true)
      window.add(mebibyte)
    }
    expect(window.hasRoom(mebibyte)).toBe(false)
    window.remove(mebibyte)
    expect(window.hasRoom(mebibyte)).toBe(true)
    expect(window.peakBytes).toBe(32 * mebibyte)
  })
})
