import { getEventListeners } from 'node:events'
import { open, type PersistenceService, type Table } from 'duckpaddle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'

interface Row {
  readonly id: number
}

let db: PersistenceService
let table: Table<Row>

beforeAll(async () => {
  db = await open(':memory:')
})
beforeEach(async () => {
  await db.run('DROP TABLE IF EXISTS t')
  table = (await db.table('t', { columns: { id: 'BIGINT NOT NULL' } })) as never
})
afterAll(() => db.close())

const aborted = { code: 'PERSIST_ABORTED' }

/** What `work` makes Node warn of. */
async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.name)
  process.on('warning', note)
  await work()
  // They are told by process.nextTick().
  await new Promise(setImmediate)
  process.off('warning', note)
  return warnings
}

describe('many calls on one signal', () => {
  it.each([11, 1000])(
    '%i of them bring no warning, and leave no listener when they are done',
    async (count) => {
      const { signal } = new AbortController()
      const warnings = await warningsOf(async () => {
        const calls = Array.from({ length: count }, (_, id) => table.persist([{ id }], { signal }))
        expect(getEventListeners(signal, 'abort')).toHaveLength(1)
        await Promise.all(calls)
      })
      expect(warnings).toEqual([])
      expect(getEventListeners(signal, 'abort')).toEqual([])
      expect(await db.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: count }])
    },
  )

  it('are all aborted by it, with its reason, and leave no listener', async () => {
    const held = holdTurn(table)
    const controller = new AbortController()
    const { signal } = controller
    const calls = Array.from({ length: 20 }, (_, id) => table.persist([{ id }], { signal }))
    const outcomes = Promise.allSettled(calls)
    const reason = new Error('enough')
    controller.abort(reason)
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { ...aborted, cause: reason } })
    }
    await held.end()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('are heard one by one: those that are over have no part in it', async () => {
    const controller = new AbortController()
    const { signal } = controller
    await table.persist([{ id: 1 }], { signal })
    await expect(table.persist([{ id: 'x' as never }], { signal })).rejects.toThrow()
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const held = holdTurn(table)
    const waiting = table.persist([{ id: 2 }], { signal })
    const refused = expect(waiting).rejects.toMatchObject(aborted)
    controller.abort()
    await refused
    await held.end()
    await expect(table.persist([{ id: 3 }], { signal })).rejects.toMatchObject(aborted)
    expect(await db.query('SELECT id::INT AS id FROM t')).toEqual([{ id: 1 }])
  })
})

/** A signal of a library: no EventTarget of Node's, and without a reason. */
class OtherSignal {
  aborted = false
  readonly listeners = new Set<() => void>()

  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener)
  }

  abort(): void {
    this.aborted = true
    for (const listener of this.listeners) listener()
  }
}

describe("a signal that is not Node's", () => {
  it('aborts a call', async () => {
    const signal = new OtherSignal()
    expect(await table.persist([{ id: 1 }], { signal: signal as never })).toMatchObject({ inserted: 1 })
    expect(signal.listeners.size).toBe(0)
    const held = holdTurn(table)
    const waiting = table.persist([{ id: 2 }], { signal: signal as never })
    const refused = expect(waiting).rejects.toMatchObject({ ...aborted, cause: { name: 'AbortError' } })
    signal.abort()
    await refused
    await held.end()
    await expect(table.persist([{ id: 3 }], { signal: signal as never })).rejects.toMatchObject(aborted)
    expect(signal.listeners.size).toBe(0)
  })

  it.each<[string, unknown, RegExp]>([
    ['a controller', new AbortController(), /got AbortController \(object\): pass its `signal`/],
    ['an emitter', new EventTarget(), /got EventTarget/],
    ['half of a signal', { aborted: false }, /got Object/],
    ['a boolean', true, /got true/],
    ['null', null, /got null/],
  ])('and is none, but %s, is refused', async (_, signal, message) => {
    const call = table.persist([{ id: 1 }], { signal: signal as never })
    await expect(call).rejects.toThrow(message)
    await expect(call).rejects.toBeInstanceOf(TypeError)
  })
})
