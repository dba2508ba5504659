import type { EventEmitter } from 'node:events'
import { KeyValueStore } from './key-value-store.js'
import type { Layer } from './layer.js'
import type { StorageEvents } from './storage-events.js'
import type { StoreHooks } from './store-hooks.js'

type EventName = keyof StorageEvents
type Listener<Name extends EventName> = (...values: StorageEvents[Name]) => void
type AnyListener = (...values: unknown[]) => unknown

/**
 * A store with the methods of an `EventEmitter`, so that `events.once()`, `events.on()`, `setMaxListeners()` and others
 * take it for one. The emitter itself is private: what it keeps of its listeners is nobody else's.
 */
export class EventfulStore<T> extends KeyValueStore<T> {
  readonly #events: EventEmitter

  /** @internal */
  constructor(layer: Layer<T>, hooks: StoreHooks<T>, events: EventEmitter) {
    super(layer, hooks)
    this.#events = events
  }

  /** Calls `listener` at every event of this name. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    // The emitter knows of any names, and the events of ours.
    this.#events.on(name, listener as AnyListener)
    return this
  }

  addListener<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    return this.on(name, listener)
  }

  /** Like `on()`, before the other listeners. */
  prependListener<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    this.#events.prependListener(name, listener as AnyListener)
    return this
  }

  /** Calls `listener` at the next event of this name. */
  once<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    return this.on(name, this.#onlyOnce(name, listener))
  }

  /** Like `once()`, before the other listeners. */
  prependOnceListener<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    return this.prependListener(name, this.#onlyOnce(name, listener))
  }

  off<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    this.#events.off(name, listener as AnyListener)
    return this
  }

  removeListener<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    return this.off(name, listener)
  }

  removeAllListeners(name?: EventName): this {
    // Of no name, where none is given: undefined is one.
    if (name === undefined) this.#events.removeAllListeners()
    else this.#events.removeAllListeners(name)
    return this
  }

  /** Calls the listeners, whose errors are the caller's, as if the event had happened. */
  emit<Name extends EventName>(name: Name, ...values: StorageEvents[Name]): boolean {
    const listeners = this.#events.rawListeners(name)
    // Throws where it is an error.
    if (listeners.length === 0) return this.#events.emit(name, ...values)
    for (const listener of listeners) Reflect.apply(listener, this, values)
    return true
  }

  listeners<Name extends EventName>(name: Name): Listener<Name>[] {
    // There are no others, but where types are not checked.
    return this.#events.listeners(name) as Listener<Name>[]
  }

  rawListeners<Name extends EventName>(name: Name): Listener<Name>[] {
    return this.#events.rawListeners(name) as Listener<Name>[]
  }

  listenerCount<Name extends EventName>(name: Name, listener?: Listener<Name>): number {
    return this.#events.listenerCount(name, listener as AnyListener | undefined)
  }

  eventNames(): EventName[] {
    return this.#events.eventNames() as EventName[]
  }

  getMaxListeners(): number {
    return this.#events.getMaxListeners()
  }

  /** From so many listeners of one name on, Node warns of a leak; 10 by default. */
  setMaxListeners(count: number): this {
    this.#events.setMaxListeners(count)
    return this
  }

  /** As the emitter itself would do it, but that `this` is the store: the emitter knows a listener by that property. */
  #onlyOnce<Name extends EventName>(name: Name, listener: Listener<Name>): Listener<Name> {
    // What is no function is refused by the emitter.
    if (typeof listener !== 'function') return listener
    const once = (...values: StorageEvents[Name]) => {
      this.#events.off(name, once as AnyListener)
      return Reflect.apply(listener, this, values)
    }
    return Object.assign(once, { listener })
  }
}
