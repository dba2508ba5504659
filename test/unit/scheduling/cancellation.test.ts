import { expect, it } from 'vitest'
import { Cancellation } from '../../../src/main/scheduling/cancellation.js'
import { Deferred } from '../../../src/sync/deferred.js'

const never = new Promise<never>(() => undefined)

it('it throws from when it is cancelled, and the first reason stays, whatever it is', () => {
  const cancellation = new Cancellation()
  expect(cancellation.isCancelled).toBe(false)
  expect(() => cancellation.check()).not.toThrow()
  cancellation.cancel(undefined)
  cancellation.cancel(new Error('second'))
  expect(cancellation.isCancelled).toBe(true)
  let thrown: unknown = 'nothing'
  try {
    cancellation.check()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeUndefined()
})

it('what is guarded settles as it does by itself', async () => {
  const cancellation = new Cancellation()
  expect(await cancellation.guard(Promise.resolve(1))).toBe(1)
  await expect(cancellation.guard(Promise.reject(new Error('own')))).rejects.toThrow('own')
  const value = cancellation.guard(Promise.resolve(2))
  await value
  cancellation.cancel(new Error('late'))
  expect(await value).toBe(2)
})

it('all who wait are woken by the first reason, and who comes later fails at once', async () => {
  const cancellation = new Cancellation()
  const waits = [1, 2, 3].map(() => cancellation.guard(never))
  const [first, second] = [new Error('first'), new Error('second')]
  cancellation.cancel(first)
  cancellation.cancel(second)
  const settled = await Promise.allSettled([...waits, cancellation.guard(Promise.resolve())])
  expect(settled).toEqual(Array.from({ length: 4 }, () => ({ status: 'rejected', reason: first })))
})

it('what rejects after nobody waits for it any more is nobody’s unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const listener = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', listener)
  try {
    const cancellation = new Cancellation()
    const [before, after] = [new Deferred<void>(), new Deferred<void>()]
    const waits = [cancellation.guard(before.promise)]
    cancellation.cancel(new Error('cancelled'))
    waits.push(cancellation.guard(after.promise))
    const settled = await Promise.allSettled(waits)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    before.reject(new Error('late'))
    after.reject(new Error('late'))
    // They are reported once microtasks are done.
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', listener)
  }
})
