import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import type { WriteScheduler as Writes } from '../../../src/main/scheduling/write-scheduler.js'
import { everything } from '../../../src/main/scheduling/write-scope.js'

// The library takes the timers as they are when it is imported.
vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
const { CheckpointScheduler } = await import('../../../src/main/scheduling/checkpoint-scheduler.js')
const { Cancellation } = await import('../../../src/main/scheduling/cancellation.js')
const { WriteScheduler } = await import('../../../src/main/scheduling/write-scheduler.js')
const { Deferred } = await import('../../../src/sync/deferred.js')
afterAll(() => {
  vi.useRealTimers()
})

const mebibyte = 1024 * 1024
const idle = () => vi.advanceTimersByTime(100)

let writes: Writes
let checkpoints: InstanceType<typeof Deferred<void>>[]
const start = (isEnabled = true) =>
  new CheckpointScheduler(writes, isEnabled, () => {
    const checkpoint = new Deferred<void>()
    checkpoints.push(checkpoint)
    return checkpoint.promise
  })

beforeEach(() => {
  vi.clearAllTimers()
  writes = new WriteScheduler()
  checkpoints = []
})

it('a log of 16 MiB is moved once nothing was committed for 100 ms, and a shorter one is not', () => {
  const scheduler = start()
  scheduler.record(16 * mebibyte - 1)
  idle()
  expect(checkpoints).toHaveLength(0)
  scheduler.record(16 * mebibyte)
  vi.advanceTimersByTime(99)
  expect(checkpoints).toHaveLength(0)
  vi.advanceTimersByTime(1)
  expect(checkpoints).toHaveLength(1)
  idle()
  expect(checkpoints).toHaveLength(1)
})

it('each commit puts it off, and one after which the log is short cancels it', () => {
  const scheduler = start()
  for (let commit = 0; commit < 5; commit++) {
    scheduler.record(20 * mebibyte)
    vi.advanceTimersByTime(99)
  }
  scheduler.record(0)
  vi.advanceTimersByTime(1000)
  expect(checkpoints).toHaveLength(0)
})

it('a log of 64 MiB is moved at once', () => {
  start().record(64 * mebibyte)
  expect(checkpoints).toHaveLength(1)
})

it('it waits for as long as anything writes', async () => {
  const write = new Deferred<void>()
  const written = writes.acquire(new Cancellation(), 'persist()', everything, () => write.promise)
  start().record(16 * mebibyte)
  for (let times = 0; times < 3; times++) idle()
  expect(checkpoints).toHaveLength(0)
  write.resolve()
  await written
  idle()
  expect(checkpoints).toHaveLength(1)
})

it.each(['resolve', 'reject'] as const)(
  'none is begun while another runs, and the next after a %s',
  async (end) => {
    const scheduler = start()
    scheduler.record(64 * mebibyte)
    scheduler.record(64 * mebibyte)
    expect(checkpoints).toHaveLength(1)
    const [first] = checkpoints
    first?.[end]()
    await first?.promise.catch(() => undefined)
    scheduler.record(64 * mebibyte)
    expect(checkpoints).toHaveLength(2)
  },
)

it('nothing is moved where that is not wanted, or after it was stopped', () => {
  start(false).record(64 * mebibyte)
  const scheduler = start()
  scheduler.record(16 * mebibyte)
  scheduler.stop()
  vi.advanceTimersByTime(1000)
  expect(checkpoints).toHaveLength(0)
})
