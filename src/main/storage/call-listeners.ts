import type { EventEmitter } from 'node:events'
import { onRejection } from '../persist/promise-like.js'

/** Calls every listener of an event. What one of them throws or rejects with is on stderr: nobody called it. */
export function callListeners(events: EventEmitter, name: string, value: unknown): void {
  const report = (error: unknown) => {
    console.error(`duckpaddle: a listener of '${name}' failed:`, error)
  }
  for (const listener of events.listeners(name)) {
    try {
      onRejection(listener.call(events, value), report)
    } catch (error) {
      report(error)
    }
  }
}
