import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { PersistenceError } from '../../../src/main/contract/persistence-error.js'
import { Memtable } from '../../../src/main/store/memtable.js'
import { SaveQueue } from '../../../src/main/store/save-queue.js'
import { emptyReceipt, type StorageReceipt } from '../../../src/main/store/storage-receipt.js'
import { Deferred } from '../../../src/sync/deferred.js'
import { generatedCases } from '../../support/generated-cases.js'

const turn = () => new Promise(setImmediate)

/** What is being written, until the test says what comes of it. */
interface Write {
  readonly keys: readonly string[]
  /** @param skipped - Keys whose values have no JSON. */
  succeed(...skipped: string[]): void
  fail(message: string, code?: 'PERSIST_ROW_REJECTED'): void
  /** Fails, and the database has lost what it had. */
  lose(): Promise<void>
}

let memory: Memtable<number>
let database: Map<string, number>
let writes: Write[]
let queue: SaveQueue<number>

beforeEach(() => {
  memory = new Memtable()
  database = new Map()
  writes = []
  queue = new SaveQueue(
    memory,
    (changes, rest) => {
      const outcome = new Deferred<StorageReceipt>()
      writes.push({
        keys: [...changes.keys.keys()],
        succeed: (...skipped) => {
          if (changes.isCleared) database.clear()
          for (const [key, change] of changes.keys) {
            if (skipped.includes(key)) rest.keys.set(key, change)
            else if (change.type === 'delete') database.delete(key)
            else database.set(key, change.value as number)
          }
          const rejections = skipped.map((key, index) => {
            return { index, row: { key }, code: 'serialize' as const, message: 'no JSON' }
          })
          const rows = changes.size
          outcome.resolve({ ...emptyReceipt, rows, rejected: rejections.length, rejections })
        },
        fail: (message, code) =>
          outcome.reject(code === undefined ? new Error(message) : new PersistenceError(code, message)),
        async lose() {
          database.clear()
          rest.addEarlier(await queue.copyEverything())
          outcome.reject(new Error('worker lost'))
        },
      })
      return outcome.promise
    },
    2,
  )
})

const set = (key: string, value = 0) => memory.apply([{ type: 'set', key, value }])
const dirtyKeys = () => queue.dirty.map(({ keys }) => [...keys.keys()])

/** Settles the n-th write, once it has begun. */
async function settle(index: number, how: (write: Write) => void): Promise<void> {
  while (writes[index] === undefined) await turn()
  how(writes[index])
  await turn()
}

const succeed = (write: Write) => write.succeed()

describe('save()', () => {
  it('writes what is due at that moment, one save after the other', async () => {
    set('a')
    const first = queue.save()
    set('b')
    const second = queue.save()
    set('c')
    expect(writes.map(({ keys }) => keys)).toEqual([['a']])
    expect(dirtyKeys()).toEqual([['a'], ['b'], ['c']])
    expect(queue.isRunning).toBe(true)
    await settle(0, succeed)
    expect((await first).rows).toBe(1)
    expect(writes.map(({ keys }) => keys)).toEqual([['a'], ['b']])
    await settle(1, succeed)
    await second
    expect([queue.isRunning, dirtyKeys()]).toEqual([false, [['c']]])
  })

  it('waits, where nothing is due, for what is being saved, and for nothing else', async () => {
    expect(await queue.save()).toBe(emptyReceipt)
    set('a')
    const saved = queue.save()
    expect(queue.save()).toBe(saved)
    await settle(0, succeed)
    expect(await queue.save()).toBe(emptyReceipt)
    expect(writes).toHaveLength(1)
  })

  it('makes what could not be written due again, before what has changed since', async () => {
    for (const key of ['a', 'b']) set(key, 1)
    const saved = queue.save()
    set('b', 2)
    await settle(0, (write) => write.fail('disk full'))
    await expect(saved).rejects.toThrow('disk full')
    expect(dirtyKeys()).toEqual([['a', 'b']])
    const again = queue.save()
    await settle(1, succeed)
    await again
    expect([...database]).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('adds what could not be written to the save that waits, which goes on', async () => {
    set('a', 1)
    const first = queue.save()
    set('a', 2)
    set('b', 2)
    const second = queue.save()
    await settle(0, (write) => write.fail('disk full'))
    await expect(first).rejects.toThrow('disk full')
    await settle(1, succeed)
    await second
    expect([...database]).toEqual([
      ['a', 2],
      ['b', 2],
    ])
    expect(dirtyKeys()).toEqual([])
  })

  it('fails without an unhandled rejection where nobody waits for it', async () => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listener)
    try {
      set('a')
      void queue.save()
      await settle(0, (write) => write.fail('disk full'))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', listener)
    }
    expect(dirtyKeys()).toEqual([['a']])
  })
})

describe('saveAll()', () => {
  it('saves what is changed meanwhile, too', async () => {
    set('a')
    const saved = queue.saveAll()
    set('b')
    await settle(0, succeed)
    await settle(1, succeed)
    await saved
    expect(writes.map(({ keys }) => keys)).toEqual([['a'], ['b']])
  })

  it('fails with the value that was skipped, which stays due', async () => {
    for (const key of ['a', 'bad']) set(key)
    const rejected = expect(queue.saveAll()).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { row: { key: 'bad' } },
    })
    await settle(0, (write) => write.succeed('bad'))
    await rejected
    expect(dirtyKeys()).toEqual([['bad']])
  })

  it.each([
    ['a bad value that is still due', 'PERSIST_ROW_REJECTED'],
    ['what is not about a value', undefined],
  ] as const)('fails with %s', async (_, code) => {
    set('a')
    const rejected = expect(queue.saveAll()).rejects.toThrow('no')
    // What has changed is another key, or the same where that is no help.
    set(code === undefined ? 'a' : 'b')
    await settle(0, (write) => write.fail('no', code))
    await rejected
    expect(writes).toHaveLength(1)
  })
})

describe('saveTogether()', () => {
  it('saves in one go what changes in one turn of the event loop', async () => {
    set('a')
    const saves = [queue.saveTogether()]
    set('b')
    saves.push(queue.saveTogether())
    expect(writes).toHaveLength(0)
    await settle(0, succeed)
    await Promise.all(saves)
    expect(writes.map(({ keys }) => keys)).toEqual([['a', 'b']])
  })

  it('begins, while something is being saved, once that has ended, also where it has failed', async () => {
    set('a')
    const first = queue.save()
    set('b')
    const together = Promise.allSettled([queue.saveTogether(), queue.saveTogether()])
    await turn()
    expect(writes).toHaveLength(1)
    await settle(0, (write) => write.fail('disk full'))
    await expect(first).rejects.toThrow('disk full')
    await settle(1, (write) => write.fail('still full'))
    const outcomes = await together
    expect(outcomes.map((each) => each.status === 'rejected' && String(each.reason))).toEqual([
      'Error: still full',
      'Error: still full',
    ])
    expect(writes.map(({ keys }) => keys)).toEqual([['a'], ['a', 'b']])
    // Nobody is grouped with those of before.
    const last = queue.saveTogether()
    await settle(2, succeed)
    expect((await last).rows).toBe(2)
  })
})

it('whatever fails, the database has what the memory has once a last save succeeds', async () => {
  const key = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat({ max: 9 }) }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('save' as const, 'saveTogether' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constantFrom('succeed' as const, 'fail' as const, 'skip' as const) }),
    },
    // Noticed by a save that is under way, or by a caller who asks.
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constantFrom('fail lost' as const, 'find lost' as const) }),
    },
  )
  await fc.assert(
    fc
      .asyncProperty(fc.array(step, { minLength: 8, maxLength: 20, size: 'max' }), async (steps) => {
        let settled = 0
        const end = async (how: (write: Write) => void) => {
          const write = writes[settled]
          if (write === undefined) return
          settled++
          how(write)
          await turn()
        }
        const asked: Promise<unknown>[] = []
        for (const each of steps) {
          if (each.type === 'set' || each.type === 'delete' || each.type === 'clear') memory.apply([each])
          else if (each.type === 'save') asked.push(queue.save().catch(() => undefined))
          else if (each.type === 'saveTogether') {
            asked.push(queue.saveTogether().catch(() => undefined))
            await turn()
          } else if (each.type === 'succeed') await end(succeed)
          else if (each.type === 'fail') await end((write) => write.fail('disk full'))
          else if (each.type === 'fail lost') await end((write) => void write.lose())
          else if (each.type === 'find lost') {
            database.clear()
            queue.saveEverything()
            await turn()
          } else await end((write) => write.succeed(...write.keys.slice(0, 1)))
        }
        const last = queue.saveAll()
        while (writes.length > settled) await end(succeed)
        await Promise.all([...asked, last])
        expect(dirtyKeys()).toEqual([])
        expect(new Map([...database].sort())).toEqual(new Map([...memory.snapshot()].sort()))
      })
      .beforeEach(() => {
        memory.apply([{ type: 'clear' }])
        memory.takePending()
        database.clear()
        writes.length = 0
      }),
    generatedCases(60),
  )
})
