import type { EventEmitter } from 'node:events'
import { onRejection } from '../scheduling/promise-like.js'

/**
 * Calls every listener of an event, as a method of `store`. What one of them throws or rejects with is on stderr: nobody
 * called it.
 */
export function callListeners(store: object, events: EventEmitter, name: string, value: unknown): void {
  const report = (error: unknown) => {
    console.error(`duckpaddle: a listener of '${name}' failed:`, error)
  }
  for (const listener of events.rawListeners(name)) {
    try {
      onRejection(Reflect.apply(listener, store, [value]), report)
    } catch (error) {
      report(error)
    }
  }
}
