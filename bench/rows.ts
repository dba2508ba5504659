/** Rows of an event by id and version, for what writes the same ones again. */
import { type EventRow, makeEvent } from './shapes/event.js'

export { type EventRow, makeEvent as makeRow } from './shapes/event.js'

export function makeRows(count: number): EventRow[] {
  return makeScatteredRows(count, 1, 0)
}

/** Makes `count` rows whose ids are 0, `step`, 2 `step`, ..., each with values of its version. */
export function makeScatteredRows(count: number, step: number, version: number): EventRow[] {
  return Array.from({ length: count }, (_, index) => makeEvent(index * step, version))
}
