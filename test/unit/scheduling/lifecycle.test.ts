import { beforeEach, expect, it } from 'vitest'
import { Lifecycle, type LifecycleStatus } from '../../../src/main/scheduling/lifecycle.js'
import { Deferred } from '../../../src/sync/deferred.js'

let lifecycle: Lifecycle
let tasks: Deferred<void>[]
const end = () =>
  lifecycle.end(
    () => {
      const task = new Deferred<void>()
      tasks.push(task)
      return task.promise
    },
    () => {
      lifecycle.status = lifecycle.status === 'closed' ? 'closed' : 'open'
    },
  )

beforeEach(() => {
  lifecycle = new Lifecycle<LifecycleStatus>('store', 'open')
  tasks = []
})

it.each(['new', 'opening', 'open'] as const)('lets calls in while it is %s', (status) => {
  lifecycle.status = status
  expect(() => lifecycle.check()).not.toThrow()
})

it.each(['closing', 'closed'] as const)('lets no calls in while it is %s, and says so', (status) => {
  lifecycle.status = status
  const closed = expect.objectContaining({ code: 'PERSIST_CLOSED', message: `The store is ${status}` })
  expect(() => lifecycle.check()).toThrow(closed)
})

it('ends once, for all who ask', async () => {
  expect(lifecycle.ending).toBeUndefined()
  const first = end()
  expect(end()).toBe(first)
  expect(lifecycle.ending).toBe(first)
  tasks[0]?.resolve()
  await first
  expect(end()).toBe(first)
  expect(tasks).toHaveLength(1)
})

it('can be ended again where that has failed, and is what it was by then', async () => {
  lifecycle.status = 'closing'
  const first = end()
  tasks[0]?.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  expect([lifecycle.status, lifecycle.ending]).toEqual(['open', undefined])
  const second = end()
  tasks[1]?.resolve()
  await second
  expect(tasks).toHaveLength(2)
})

it('has ended, and keeps what it has failed with, where that has closed it', async () => {
  const ending = end()
  lifecycle.status = 'closed'
  tasks[0]?.reject(new Error('no'))
  await expect(ending).rejects.toThrow('no')
  await expect(end()).rejects.toThrow('no')
  expect(tasks).toHaveLength(1)
})

it('forgets how it ended: it can be ended again, or has nothing left to do', async () => {
  const first = end()
  tasks[0]?.resolve()
  await first
  lifecycle.forgetEnding()
  expect(lifecycle.ending).toBeUndefined()
  const second = end()
  expect(tasks).toHaveLength(2)
  lifecycle.status = 'closed'
  tasks[1]?.reject(new Error('no'))
  await expect(second).rejects.toThrow('no')
  lifecycle.forgetEnding()
  await end()
  expect(tasks).toHaveLength(2)
})
