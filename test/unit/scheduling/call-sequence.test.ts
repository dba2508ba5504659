import { beforeEach, describe, expect, it } from 'vitest'
import { CallQueue } from '../../../src/main/scheduling/call-queue.js'
import { CallSequence } from '../../../src/main/scheduling/call-sequence.js'
import { Cancellation } from '../../../src/main/scheduling/cancellation.js'
import { codeInside } from '../../../src/main/scheduling/code-inside.js'
import { everything } from '../../../src/main/scheduling/write-scope.js'
import { Deferred } from '../../../src/sync/deferred.js'

const turn = () => new Promise(setImmediate)

let cancellation: Cancellation
let sequence: CallSequence
let log: string[]
beforeEach(() => {
  cancellation = new Cancellation()
  sequence = new CallSequence(new CallQueue().join('the whole', everything), cancellation)
  log = []
})

/** A call that runs until it is settled, or cancelled. */
function add(name: string) {
  const work = new Deferred<string>()
  const own = new Cancellation()
  const run = () => {
    log.push(`${name} runs`)
    return own.guard(work.promise)
  }
  const release = () => log.push(`${name} is released`)
  const done = sequence.add(name, () => ({ cancellation: own, run, release }))
  return { done, end: () => work.resolve(name), fail: (error: Error) => work.reject(error) }
}

describe('CallSequence', () => {
  it('runs one call after the other, in the order in which they came', async () => {
    const [a, b] = [add('a'), add('b')]
    b.end()
    await turn()
    expect(log).toEqual(['a runs'])
    a.end()
    expect(await Promise.all([a.done, b.done])).toEqual(['a', 'b'])
    expect(log).toEqual(['a runs', 'b runs'])
  })

  it('runs none after one that has failed: they fail alike, and so does the whole', async () => {
    const [a, b, error] = [add('a'), add('b'), new Error('of a')]
    a.fail(error)
    await expect(b.done).rejects.toBe(error)
    await expect(add('c').done).rejects.toBe(error)
    await expect(sequence.finish()).rejects.toBe(error)
    expect(log).toEqual(['a runs', 'a is released', 'b is released', 'c is released'])
  })

  it('takes what is thrown before a call has a place for its failure', async () => {
    const error = new TypeError('of an argument')
    const call = sequence.add('a', () => {
      throw error
    })
    await expect(call).rejects.toBe(error)
    await expect(sequence.finish()).rejects.toBe(error)
  })

  it('waits for what is under way when it is to finish, and fails for what comes then', async () => {
    const a = add('a')
    await turn()
    const finished = sequence.finish()
    const late = add('b')
    await expect(late.done).rejects.toThrow('the whole is over')
    a.end()
    await expect(finished).rejects.toThrow('the whole is over')
    expect(await a.done).toBe('a')
  })

  it('takes no call once it has finished', async () => {
    await sequence.finish()
    await expect(add('a').done).rejects.toThrow('the whole is over')
    expect(log).toEqual(['a is released'])
  })

  it('ends all calls when it is abandoned or cancelled', async () => {
    const [a, b, error] = [add('a'), add('b'), new Error('enough')]
    await turn()
    await sequence.abandon(error)
    for (const { done } of [a, b, add('c')]) await expect(done).rejects.toBe(error)
    expect(log).toEqual(['a runs', 'a is released', 'b is released', 'c is released'])
  })

  it('refuses a call that one before it waits for', async () => {
    const own = new Cancellation()
    const inner = () =>
      sequence.add('inner', () => ({ cancellation: own, run: turn, release: () => undefined }))
    const outer = sequence.add('outer', () => ({
      cancellation: new Cancellation(),
      run: (call) => codeInside.run(call, async () => inner()),
      release: () => undefined,
    }))
    await expect(outer).rejects.toThrow('inner would wait for outer, which waits for the code that calls it')
  })
})
