import type { DuckDBStorageAdapter } from 'duckpaddle'
import { expect } from 'vitest'

/** Entries by their keys. */
export type Entries = Readonly<Record<string, unknown>>

/** What the rows of a key and the text of its value hold: no key twice. */
export function toEntries(rows: readonly Readonly<Record<string, unknown>>[]): Entries {
  const entries = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(String(value))]))
  expect(Object.keys(entries)).toHaveLength(rows.length)
  return entries
}

/** What a store gives. */
export async function contents(store: DuckDBStorageAdapter): Promise<Entries> {
  const entries: [string, unknown][] = []
  for await (const entry of store) entries.push(entry)
  return Object.fromEntries(entries)
}

export function* numbered(count: number, from = 0): Generator<[string, { n: number }]> {
  for (let n = from; n < from + count; n++) yield [`k${n}`, { n }]
}

/** Sets a value that was JSON when it was set, and is none any more until it is mended. */
export async function setPoisoned(store: DuckDBStorageAdapter, key: string): Promise<{ mend: () => void }> {
  const value: Record<string, unknown> = { mended: true }
  await store.set(key, value)
  value.self = value
  return { mend: () => delete value.self }
}

export function nextEvent(store: DuckDBStorageAdapter, name: 'persisted' | 'persistError'): Promise<unknown> {
  return new Promise((resolve) => {
    const listener = (value: unknown) => {
      store.off(name, listener)
      resolve(value)
    }
    store.on(name, listener)
  })
}
