import { afterAll, describe, expect, it, vi } from 'vitest'

// The library takes the clock as it is when it is imported.
vi.useFakeTimers({ toFake: ['performance'] })
const { inSlices, SlicedLoop } = await import('../../../src/main/scheduling/sliced-loop.js')
afterAll(() => {
  vi.useRealTimers()
})

/** Half of it is used, so that two items make a slice. */
const budgetMs = 4
const items = [1, 2, 3, 4, 5]
const oneMs = () => vi.advanceTimersByTime(1)

/** Counts turns of the event loop until `end` is called. */
function countTurns(): { readonly count: () => number; end(): void } {
  let turns = 0
  let handle = setImmediate(function turn() {
    turns++
    handle = setImmediate(turn)
  })
  return { count: () => turns, end: () => clearImmediate(handle) }
}

describe('SlicedLoop', () => {
  it('takes few items in the turn of the call', () => {
    const taken: number[] = []
    const loop = new SlicedLoop(items, 100, (item) => {
      oneMs()
      taken.push(item)
    })
    expect(loop.run()).toBeUndefined()
    expect(taken).toEqual(items)
    expect(new SlicedLoop([], 100, () => undefined).run()).toBeUndefined()
  })

  it('gives the event loop a turn after each slice', async () => {
    const turns = countTurns()
    const taken: [number, number][] = []
    const loop = new SlicedLoop(items, budgetMs, (item) => {
      oneMs()
      taken.push([item, turns.count()])
    })
    const rest = loop.run()
    expect(taken.map(([item]) => item)).toEqual([1, 2])
    await rest
    turns.end()
    expect(taken).toEqual([[1, 0], [2, 0], [3, 1], [4, 1], [5, 2]]) // biome-ignore format: an item each
  })

  it('takes all items that are left when it is to finish, and none twice', async () => {
    const taken: number[] = []
    const loop = new SlicedLoop(items, budgetMs, (item) => {
      oneMs()
      taken.push(item)
    })
    const rest = loop.run()
    loop.finish()
    expect(taken).toEqual(items)
    await rest
    expect(taken).toEqual(items)
  })

  it('fails with what is thrown for an item, in the call or later, and takes no more', async () => {
    const taken: number[] = []
    const failAt = (bad: number) =>
      new SlicedLoop(items, budgetMs, (item) => {
        oneMs()
        if (item === bad) throw new Error(`no ${item}`)
        taken.push(item)
      })
    expect(() => failAt(1).run()).toThrow('no 1')
    await expect(failAt(4).run()).rejects.toThrow('no 4')
    expect(taken).toEqual([1, 2, 3])
  })
})

describe('inSlices', () => {
  it('gives the event loop turns, and counts the time of the taker', async () => {
    const turns = countTurns()
    const taken: [number, number][] = []
    for await (const item of inSlices(items, budgetMs)) {
      oneMs()
      taken.push([item, turns.count()])
    }
    turns.end()
    expect(taken).toEqual([[1, 0], [2, 0], [3, 1], [4, 1], [5, 2]]) // biome-ignore format: an item each
  })

  it('closes what the items come from when the taker stops', async () => {
    let isClosed = false
    function* source() {
      try {
        yield* items
      } finally {
        isClosed = true
      }
    }
    for await (const item of inSlices(source(), budgetMs)) if (item === 2) break
    expect(isClosed).toBe(true)
  })
})
