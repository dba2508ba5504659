import type { QueryValue } from '../protocol/query-value.js'

/**
 * An object with a property of each name, to be copied by `{ ...shape }` and assigned to: the copies have one hidden
 * class, and a property called `__proto__` is one of their own, which an assignment keeps.
 *
 * By JSON, which makes it with room for all of them: one that had grown is copied ten times as slowly.
 */
export function createShape(names: readonly string[]): Record<string, QueryValue> {
  return JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`)
}
