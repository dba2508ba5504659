import { describe, expect, it } from 'vitest'
import { FlowControl } from '../../../src/main/scheduling/flow-control.js'

const mebibyte = 1024 * 1024

describe('FlowControl', () => {
  it('has room for so many bytes, and for one batch of any size', () => {
    const flow = new FlowControl(4 * mebibyte)
    expect(flow.hasRoom(100 * mebibyte)).toBe(true)
    flow.add(3 * mebibyte)
    expect(flow.hasRoom(mebibyte)).toBe(true)
    expect(flow.hasRoom(mebibyte + 1)).toBe(false)
    flow.remove(3 * mebibyte)
    expect(flow.hasRoom(100 * mebibyte)).toBe(true)
  })

  it('has room for 32 batches, for the sake of garbage collection', () => {
    const flow = new FlowControl(64 * mebibyte)
    for (let batch = 0; batch < 32; batch++) {
      expect(flow.hasRoom(mebibyte)).toBe(true)
      flow.add(mebibyte)
    }
    expect(flow.hasRoom(mebibyte)).toBe(false)
    flow.remove(mebibyte)
    expect(flow.hasRoom(mebibyte)).toBe(true)
    expect(flow.peakBytes).toBe(32 * mebibyte)
  })

  it('knows how many bytes are under way, and how many were at most', () => {
    const flow = new FlowControl(10)
    for (const bytes of [3, 5]) flow.add(bytes)
    flow.remove(3)
    flow.add(1)
    expect([flow.bytes, flow.peakBytes]).toEqual([6, 8])
  })

  it('wakes all who wait for room, in their order, and nobody before', async () => {
    const flow = new FlowControl(10)
    for (const bytes of [5, 5]) flow.add(bytes)
    const woken: string[] = []
    const wait = async (name: string) => {
      while (!flow.hasRoom(5)) await flow.released()
      flow.add(5)
      woken.push(name)
    }
    const waits = ['a', 'b', 'c'].map(wait)
    await Promise.resolve()
    expect(woken).toEqual([])
    flow.remove(5)
    await waits[0]
    expect(woken).toEqual(['a'])
    // Who was woken in vain waits behind nobody new.
    for (const name of ['b', 'c']) {
      waits.push(wait('d'))
      flow.remove(5)
      await waits[['a', 'b', 'c'].indexOf(name)]
      expect(woken.at(-1)).toBe(name)
    }
    for (const _ of ['d', 'd']) flow.remove(5)
    await Promise.all(waits)
    expect(woken).toEqual(['a', 'b', 'c', 'd', 'd'])
  })

  it('wakes those who wait once each', async () => {
    const flow = new FlowControl(10)
    flow.add(5)
    flow.add(5)
    const first = flow.released()
    flow.remove(5)
    await first
    let isWoken = false
    const second = flow.released().then(() => {
      isWoken = true
    })
    await new Promise(setImmediate)
    expect(isWoken).toBe(false)
    flow.remove(5)
    await second
  })
})
