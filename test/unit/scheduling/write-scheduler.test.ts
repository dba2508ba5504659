import { beforeEach, describe, expect, it } from 'vitest'
import { Cancellation } from '../../../src/main/scheduling/cancellation.js'
import { codeInside } from '../../../src/main/scheduling/code-inside.js'
import { WriteScheduler } from '../../../src/main/scheduling/write-scheduler.js'
import { everything } from '../../../src/main/scheduling/write-scope.js'
import { Deferred } from '../../../src/sync/deferred.js'

const turn = () => new Promise(setImmediate)

let scheduler: WriteScheduler
let log: string[]
beforeEach(() => {
  scheduler = new WriteScheduler()
  log = []
})

/** A task that runs until it is settled. */
function task(name: string) {
  const work = new Deferred<string>()
  const run = () => {
    log.push(`${name} runs`)
    return work.promise
  }
  return { run, end: () => work.resolve(name), fail: (error: Error) => work.reject(error) }
}

function acquire(name: string, cancellation = new Cancellation()) {
  const { run, end, fail } = task(name)
  return { done: scheduler.acquire(cancellation, name, everything, run), end, fail }
}

describe('WriteScheduler', () => {
  it('runs one task at a time, in the order in which they came', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => acquire(name))
    await turn()
    expect(log).toEqual(['a runs'])
    expect([scheduler.waiting, scheduler.isBusy]).toEqual([2, true])
    c?.end()
    a?.end()
    expect(await a?.done).toBe('a')
    await turn()
    expect(log).toEqual(['a runs', 'b runs'])
    expect(scheduler.waiting).toBe(1)
    b?.end()
    await c?.done
    expect(log).toEqual(['a runs', 'b runs', 'c runs'])
    expect([scheduler.waiting, scheduler.isBusy]).toEqual([0, false])
  })

  it('goes on after a task that fails or throws', async () => {
    const a = acquire('a')
    const b = scheduler.acquire(new Cancellation(), 'b', everything, () => {
      throw new Error('b is bad')
    })
    const c = acquire('c')
    a.fail(new Error('a is bad'))
    await expect(a.done).rejects.toThrow('a is bad')
    await expect(b).rejects.toThrow('b is bad')
    c.end()
    expect(await c.done).toBe('c')
    expect(scheduler.isBusy).toBe(false)
  })

  it('lets one that is cancelled while it waits go at once, and never runs it', async () => {
    const cancellation = new Cancellation()
    const a = acquire('a')
    const b = acquire('b', cancellation)
    const c = acquire('c')
    cancellation.cancel(new Error('enough'))
    await expect(b.done).rejects.toThrow('enough')
    expect(scheduler.waiting).toBe(1)
    // Its place is free, but not before those ahead of it have ended.
    await turn()
    expect(log).toEqual(['a runs'])
    a.end()
    c.end()
    await c.done
    expect(log).toEqual(['a runs', 'c runs'])
    expect(scheduler.isBusy).toBe(false)
  })

  it('leaves it to a task that runs to look at its cancellation', async () => {
    const cancellation = new Cancellation()
    const a = acquire('a', cancellation)
    await turn()
    cancellation.cancel(new Error('enough'))
    a.end()
    expect(await a.done).toBe('a')
  })

  it('lets what asks about tables run at once, unless a change of tables has not ended', async () => {
    const never = new Cancellation()
    const [write, first, change, second, third] = ['write', 'first', 'change', 'second', 'third'].map(task)
    const done: Promise<unknown>[] = []
    const ask = (next: typeof write) => {
      if (next !== undefined) done.push(scheduler.afterChanges(never, 'table()', next.run))
    }
    if (write === undefined || change === undefined) return
    done.push(scheduler.acquire(never, 'persist()', everything, write.run))
    await turn()
    ask(first)
    expect(log).toEqual(['write runs', 'first runs'])
    const changed = scheduler.change(never, 'run()', change.run)
    ask(second)
    await turn()
    expect(log).toEqual(['write runs', 'first runs'])
    write.end()
    change.fail(new Error('no'))
    await expect(changed).rejects.toThrow('no')
    ask(third)
    expect(log).toContain('third runs')
    for (const each of [first, second, third]) each?.end()
    expect(await Promise.all(done)).toEqual(['write', 'first', 'second', 'third'])
    expect(log.indexOf('change runs')).toBeLessThan(log.indexOf('second runs'))
  })
})

describe('a task whose own code asks for a turn', () => {
  const never = new Cancellation()
  const inside = async () => 'inside'

  it('is refused a turn behind itself, which would never come', async () => {
    const outer = scheduler.acquire(never, 'persist()', everything, (call) =>
      codeInside.run(call, () => scheduler.acquire(never, 'run()', everything, inside)),
    )
    const message = 'run() would wait for persist(), which waits for the code that calls it, for ever'
    await expect(outer).rejects.toThrow(new TypeError(message))
    expect(scheduler.isBusy).toBe(false)
  })

  it('may have a turn elsewhere, and once it has ended', async () => {
    const other = new WriteScheduler()
    let later: (() => Promise<string>) | undefined
    const outer = scheduler.acquire(never, 'persist()', everything, (call) =>
      codeInside.run(call, () => {
        const ended = outer.then(() => scheduler.acquire(never, 'run()', everything, inside))
        later = () => ended
        return other.acquire(never, 'run()', everything, inside)
      }),
    )
    expect(await outer).toBe('inside')
    expect(await later?.()).toBe('inside')
  })

  it('is refused one that closes a circle by way of another scheduler', async () => {
    const other = new WriteScheduler()
    const both = new Deferred<void>()
    const first = scheduler.acquire(never, 'a.persist()', everything, (call) =>
      codeInside.run(call, async () => {
        await both.promise
        return other.acquire(never, 'b.run()', everything, inside)
      }),
    )
    const second = other.acquire(never, 'b.persist()', everything, (call) =>
      codeInside.run(call, async () => {
        await both.promise
        return scheduler.acquire(never, 'a.run()', everything, inside)
      }),
    )
    await turn()
    both.resolve()
    const message =
      'a.run() would wait for a.persist(), which waits for b.persist(), which waits for the code that calls it, for ever'
    await expect(second).rejects.toThrow(new TypeError(message))
    // So nothing is in the way of the other one.
    expect(await first).toBe('inside')
    expect([scheduler.isBusy, other.isBusy]).toEqual([false, false])
  })

  it('holds nobody up by what it may not wait for', async () => {
    await scheduler.acquire(never, 'persist()', everything, (call) =>
      codeInside.run(call, async () => {
        expect(scheduler.queue.isRunningCode).toBe(true)
        expect(() => scheduler.queue.check('close()')).toThrow(TypeError)
        expect(scheduler.waiting).toBe(0)
      }),
    )
    expect(scheduler.queue.isRunningCode).toBe(false)
    expect(() => scheduler.queue.check('close()')).not.toThrow()
    expect(await scheduler.acquire(never, 'run()', everything, inside)).toBe('inside')
  })
})
