import { beforeEach, expect, it } from 'vitest'
import { Deferred } from '../../../src/sync/deferred.js'
import { FifoLock } from '../../../src/sync/fifo-lock.js'

const turn = () => new Promise(setImmediate)

let lock: FifoLock
let log: string[]
beforeEach(() => {
  lock = new FifoLock()
  log = []
})

function enter(name: string) {
  const ticket = lock.enter()
  void ticket.granted.then(() => log.push(name))
  return ticket
}

it('it is granted to one after the other, in their order', async () => {
  const [a, b] = [enter('a'), enter('b'), enter('c')]
  await turn()
  expect(log).toEqual(['a'])
  a.leave()
  await turn()
  expect(log).toEqual(['a', 'b'])
  b.leave()
  b.leave()
  await turn()
  expect(log).toEqual(['a', 'b', 'c'])
})

it('who leaves the queue is passed over, and lets nobody pass by those before', async () => {
  const [a, b] = [enter('a'), enter('b'), enter('c')]
  b.leave()
  await turn()
  expect(log).toEqual(['a'])
  a.leave()
  await turn()
  // It has been granted to one who is not there any more.
  expect(log).toEqual(['a', 'b', 'c'])
})

it('tasks run with it, whatever became of those before', async () => {
  const ticket = enter('ticket')
  const results = [
    lock.run(() => 1),
    lock.run(() => {
      throw new Error('thrown')
    }),
    lock.run(() => Promise.reject(new Error('rejected'))),
    lock.run(async () => 4),
  ]
  ticket.leave()
  const settled = await Promise.allSettled(results)
  expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
    1,
    'Error: thrown',
    'Error: rejected',
    4,
  ])
})

it('it is drained when all who asked by then have ended, a failure included', async () => {
  await lock.drain()
  const work = new Deferred<void>()
  const failed = lock.run(() => work.promise)
  let isDrained = false
  const drained = lock.drain().then(() => {
    isDrained = true
  })
  const later = lock.enter()
  await turn()
  expect(isDrained).toBe(false)
  work.reject(new Error('no'))
  await expect(failed).rejects.toThrow('no')
  await drained
  later.leave()
})
