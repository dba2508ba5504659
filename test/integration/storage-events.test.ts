import { EventEmitter, getEventListeners, on, once, setMaxListeners } from 'node:events'
import { DuckDBStorageAdapter, type StorageAdapterOptions } from 'duckpaddle'
import { afterEach, describe, expect, it } from 'vitest'

const stores: DuckDBStorageAdapter[] = []

function createStore(autoPersist: StorageAdapterOptions['autoPersist'] = { maxChanges: 1 }) {
  const store = new DuckDBStorageAdapter({ database: ':memory:', autoPersist })
  stores.push(store)
  return store
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close({ discardChanges: true })
})

/** A value that was JSON when it was set, and is none when it is saved. */
async function setPoisoned(store: DuckDBStorageAdapter): Promise<void> {
  const value: Record<string, unknown> = { fine: true }
  await store.set('bad', value)
  value.self = value
}

describe('a store as an emitter', () => {
  it('is waited for by events.once(), which rejects where a save fails', async () => {
    const store = createStore()
    const saved = once(store, 'persisted')
    await store.set('a', 1)
    expect(await saved).toMatchObject([{ inserted: 1 }])

    const failing = createStore({ maxChanges: 2, maxDelayMs: 1e9 })
    const [persisted, error, persistError] = [
      once(failing, 'persisted'),
      once(failing, 'error'),
      once(failing, 'persistError'),
    ]
    await setPoisoned(failing)
    await failing.set('b', 1)
    const failure = { code: 'PERSIST_ROW_REJECTED' }
    await expect(persisted).rejects.toMatchObject(failure)
    await expect(persistError)
      .rejects.toMatchObject(failure)
      .catch(() => undefined)
    expect(await error).toMatchObject([failure])
    expect(getEventListeners(failing, 'error')).toEqual([])
  })

  it('gives its events to events.on(), and up by a signal', async () => {
    const store = createStore()
    const controller = new AbortController()
    const saves = on(store, 'persisted', { signal: controller.signal })
    await store.set('a', 1)
    expect(await saves.next()).toMatchObject({ value: [{ inserted: 1 }], done: false })
    controller.abort()
    await expect(saves.next()).rejects.toMatchObject({ name: 'AbortError' })
    expect(store.listenerCount('persisted') + store.listenerCount('error')).toBe(0)
  })

  it('has its listeners told and limited by what Node has for that', async () => {
    const store = createStore()
    const listener = () => undefined
    store.on('persisted', listener).prependListener('persistError', listener)
    expect(getEventListeners(store, 'persisted')).toEqual([listener])
    expect(store.eventNames()).toEqual(['persisted', 'persistError'])
    expect(store.listeners('persistError')).toEqual([listener])
    setMaxListeners(3, store)
    expect(store.getMaxListeners()).toBe(3)
    expect(store.removeListener('persisted', listener).listenerCount('persisted')).toBe(0)
    expect(store.removeAllListeners().eventNames()).toEqual([])
  })

  it('calls a listener as often as it was asked to, in order, as a method of the store', () => {
    const store = createStore()
    const calls: unknown[] = []
    function note(this: unknown) {
      calls.push(this === store ? 'always' : this)
    }
    store.on('persistError', note)
    store.prependOnceListener('persistError', function (this: unknown, error) {
      calls.push(this === store ? error : this)
    })
    const never = () => calls.push('never')
    store.once('persistError', never).off('persistError', never)
    expect(store.emit('persistError', 'once')).toBe(true)
    expect(store.emit('persistError', 'again')).toBe(true)
    expect(calls).toEqual(['once', 'always', 'always'])
    store.removeAllListeners('persistError')
    expect(store.emit('persistError', 1)).toBe(false)
    const error = new Error('nobody listens')
    expect(() => store.emit('error', error)).toThrow(error)
    for (const method of ['on', 'once', 'prependListener', 'prependOnceListener'] as const) {
      expect(() => store[method]('persisted', undefined as never)).toThrow(TypeError)
    }
  })

  it('calls its listeners as its methods when it saves by itself, and those of once() once', async () => {
    const store = createStore()
    const calls: unknown[] = []
    store.once('persisted', function (this: unknown) {
      calls.push(this === store)
    })
    await store.set('a', 1)
    await once(store, 'persisted')
    await store.set('b', 1)
    await once(store, 'persisted')
    expect(calls).toEqual([true])
  })

  it('has a method of each name that an EventEmitter has, and none of its private parts', () => {
    const store = createStore()
    const names = Object.getOwnPropertyNames(EventEmitter.prototype).filter(
      (name) => name !== 'constructor' && !name.startsWith('_'),
    )
    for (const name of names) expect(store, name).toHaveProperty(name)
    expect(Object.getOwnPropertyNames(store)).toEqual([])
  })
})
