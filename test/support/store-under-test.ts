import type { KeyValueStore } from 'duckpaddle'

/** A store to test. */
export interface StoreUnderTest {
  readonly store: KeyValueStore
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export async function contents(store: KeyValueStore): Promise<Map<string, unknown>> {
  return new Map(await collect(store.entries()))
}

export function* numbers(count: number): Generator<[string, number]> {
  for (let index = 0; index < count; index++) yield [`k${index}`, index]
}
